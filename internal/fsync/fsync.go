// SPDX-License-Identifier: Apache-2.0

// Package fsync makes what was written to a file durable, without holding up
// the rest of the program.
//
// A goroutine in a system call keeps its processor until the runtime's monitor
// takes it away, which it does after 20 µs at the earliest and 10 ms at the
// latest. A sync takes about that long and a server under load always waits for
// one, so that with one processor it does little else. The sync is therefore
// handed to the kernel, and the goroutine waits as for the network.
package fsync

// Data makes the contents of the file durable that fd is of, and what of its
// metadata is needed to read them, as fdatasync(2) does. The caller keeps the
// file open meanwhile. Its error is a [syscall.Errno], or says that the outcome
// isn't known. It is safe for concurrent use.
func Data(fd uintptr) error { return data(fd) }
