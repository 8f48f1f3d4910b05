// SPDX-License-Identifier: Apache-2.0

package fsync

import (
	"errors"
	"fmt"
	"os"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// waiting is how many syncs the kernel is given at a time. Others wait.
const waiting = 8

// slots holds what is free for use: nil where there is no queue yet.
var slots = func() chan *queue {
	c := make(chan *queue, waiting)
	for range waiting {
		c <- nil
	}
	return c
}()

func data(fd uintptr) error {
	q := <-slots
	defer func() { slots <- q }()
	if q == nil {
		var err error
		if q, err = newQueue(); err != nil { // not permitted, or all in use
			q = nil
			return unix.Fdatasync(int(fd))
		}
	}
	result, err := q.sync(fd)
	if err != nil {
		q.close() // it may still hold the result
		q = nil
		return err
	}
	return result
}

// A queue is a context of the kernel's asynchronous I/O, io_setup(2), for one
// request at a time, and the eventfd that tells of its end.
type queue struct {
	context uintptr
	done    *os.File
	request request
}

// request is struct iocb of io_submit(2). What a sync doesn't need has no name.
type request struct {
	_        uint64
	_, _     uint32
	opcode   uint16
	_        int16
	fd       uint32
	_, _, _  uint64
	_        uint64
	flags    uint32
	resultFD uint32
}

// event is struct io_event of io_getevents(2).
type event struct {
	_, _   uint64
	result int64 // 0, or an errno below 0
	_      int64
}

const (
	opDataSync   = 3 // IOCB_CMD_FDSYNC
	flagResultFD = 1 // IOCB_FLAG_RESFD
)

func newQueue() (*queue, error) {
	fd, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		return nil, err
	}
	q := &queue{done: os.NewFile(uintptr(fd), "eventfd")}
	if err := q.done.SetReadDeadline(time.Time{}); err != nil { // it isn't waited for as the network is
		return nil, errors.Join(err, q.done.Close())
	}
	if _, _, e := unix.Syscall(unix.SYS_IO_SETUP, 1, uintptr(unsafe.Pointer(&q.context)), 0); e != 0 {
		return nil, errors.Join(e, q.done.Close())
	}
	q.request = request{opcode: opDataSync, flags: flagResultFD, resultFD: uint32(fd)}
	return q, nil
}

// sync syncs the file and returns how that ended, or an error if that isn't
// known.
func (q *queue) sync(fd uintptr) (result, err error) {
	q.request.fd = uint32(fd)
	r := &q.request
	switch n, _, e := unix.Syscall(unix.SYS_IO_SUBMIT, q.context, 1, uintptr(unsafe.Pointer(&r))); {
	case e != 0:
		return unix.Fdatasync(int(fd)), nil // such as file systems that can't otherwise
	case n != 1:
		return nil, errUnknown
	}
	var ended [8]byte
	if _, err := q.done.Read(ended[:]); err != nil {
		return nil, fmt.Errorf("%w: %w", errUnknown, err)
	}
	var ev event
	var now unix.Timespec
	n, _, e := unix.Syscall6(unix.SYS_IO_GETEVENTS, q.context, 1, 1, uintptr(unsafe.Pointer(&ev)), uintptr(unsafe.Pointer(&now)), 0)
	if e != 0 || n != 1 {
		return nil, errUnknown
	}
	if ev.result != 0 {
		return unix.Errno(-ev.result), nil
	}
	return nil, nil
}

var errUnknown = errors.New("fsync: the kernel doesn't tell how the sync ended")

func (q *queue) close() {
	_, _, _ = unix.Syscall(unix.SYS_IO_DESTROY, q.context, 0, 0)
	_ = q.done.Close()
}
