// SPDX-License-Identifier: Apache-2.0

//go:build darwin || linux

package audit

import "syscall"

// freeBytes returns how many bytes of the disk of dir this process may use.
func freeBytes(dir string) (uint64, bool) {
	var fs syscall.Statfs_t
	if err := syscall.Statfs(dir, &fs); err != nil {
		return 0, false
	}
	return fs.Bavail * uint64(fs.Bsize), true
}
