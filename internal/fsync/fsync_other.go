// SPDX-License-Identifier: Apache-2.0

//go:build !linux

package fsync

import (
	"os"
	"runtime"
)

func data(fd uintptr) error {
	f := os.NewFile(fd, "")
	defer runtime.KeepAlive(f)
	return f.Sync()
}
