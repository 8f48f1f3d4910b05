// SPDX-License-Identifier: Apache-2.0

//go:build linux

package loadtest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"runtime"
	"strconv"
	"syscall"
	"time"
)

const (
	answerTime = 30 * time.Second // for the next answer, of any connection
	spinTime   = 200 * time.Microsecond
	mostAnswer = 128 << 10 // bytes of an answer, header included
)

// A driver sends requests over many connections with as little work as
// possible, so that it is the server that is measured. It sleeps only when
// there has been no answer for some time: to wake it costs a server on a
// virtual machine a good part of what an answer does.
type driver struct {
	requests [][]byte
	length   int // that every answer has
	next     int // request
	begin    time.Time
	period   time.Duration // 0: each request is sent once
	epoll    int
	conns    []*conn

	latencies []time.Duration
	idle      time.Duration // in which there was nothing to read
}

// A conn waits for the answer to one request at a time.
type conn struct {
	fd   int
	buf  [mostAnswer]byte
	have int // bytes of the answer
	sent time.Time
}

// drive sends the requests in turn over conns connections for d. If d is zero,
// it sends each of them once.
func drive(p *process, conns int, requests [][]byte, length int, d time.Duration) (one sample, err error) {
	v := &driver{requests: requests, length: length, period: d}
	defer func() { err = errors.Join(err, v.close()) }()
	if err := v.dial(p.host, conns); err != nil {
		return sample{}, err
	}
	before, err := usage(p)
	if err != nil {
		return sample{}, err
	}
	v.begin = time.Now()
	if err := v.run(); err != nil {
		return sample{}, err
	}
	took := time.Since(v.begin)
	after, err := usage(p)
	if err != nil {
		return sample{}, err
	}
	server := after.server - before.server
	one = summary(v.latencies, took)
	one.cpu = server / time.Duration(len(v.latencies))
	one.client = 1 - share(v.idle, took)
	one.others = max(0, share(after.machine-before.machine-server-(after.client-before.client), took)/float64(runtime.NumCPU()))
	return one, nil
}

func (v *driver) dial(host string, conns int) (err error) {
	addr, err := netip.ParseAddrPort(host)
	if err != nil {
		return err
	}
	if v.epoll, err = syscall.EpollCreate1(syscall.EPOLL_CLOEXEC); err != nil {
		return err
	}
	for i := range conns {
		c := &conn{}
		if c.fd, err = syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0); err != nil {
			return err
		}
		v.conns = append(v.conns, c)
		if err := errors.Join(
			syscall.Connect(c.fd, &syscall.SockaddrInet4{Port: int(addr.Port()), Addr: addr.Addr().As4()}),
			syscall.SetsockoptInt(c.fd, syscall.IPPROTO_TCP, syscall.TCP_NODELAY, 1),
			syscall.SetNonblock(c.fd, true),
			syscall.EpollCtl(v.epoll, syscall.EPOLL_CTL_ADD, c.fd, &syscall.EpollEvent{Events: syscall.EPOLLIN, Fd: int32(i)}),
		); err != nil {
			return err
		}
	}
	return nil
}

func (v *driver) close() error {
	var errs []error
	for _, c := range v.conns {
		errs = append(errs, syscall.Close(c.fd))
	}
	if v.epoll > 0 {
		errs = append(errs, syscall.Close(v.epoll))
	}
	return errors.Join(errs...)
}

// run keeps every connection busy until the time is over and all answers have
// come.
func (v *driver) run() error {
	waiting := 0
	for _, c := range v.conns {
		if v.over(v.begin) {
			break
		}
		if err := v.send(c, v.begin); err != nil {
			return err
		}
		waiting++
	}
	events := make([]syscall.EpollEvent, len(v.conns))
	for busy := time.Now(); waiting > 0; {
		n, err := syscall.EpollWait(v.epoll, events, v.patience(busy))
		if err != nil && err != syscall.EINTR {
			return err
		}
		now := time.Now()
		if n <= 0 {
			if now.Sub(busy) > answerTime {
				return fmt.Errorf("%d answers are missing", waiting)
			}
			continue
		}
		v.idle += now.Sub(busy)
		for _, e := range events[:n] {
			ended, err := v.turn(v.conns[e.Fd])
			if err != nil {
				return err
			}
			if ended {
				waiting--
			}
		}
		busy = time.Now()
	}
	return nil
}

// over reports whether no more requests are to be sent.
func (v *driver) over(now time.Time) bool {
	if v.period == 0 {
		return v.next == len(v.requests)
	}
	return now.Sub(v.begin) >= v.period
}

// patience returns how long to wait for an answer, in milliseconds, when
// nothing has come since a time.
func (v *driver) patience(since time.Time) int {
	if time.Since(since) < spinTime {
		return 0
	}
	return 100
}

// turn reads what has come and, if that completes the answer, sends the next
// request. It reports whether there are no more.
func (v *driver) turn(c *conn) (ended bool, err error) {
	done, err := v.read(c)
	if err != nil || !done {
		return false, err
	}
	now := time.Now()
	v.latencies = append(v.latencies, now.Sub(c.sent))
	if v.over(now) {
		return true, nil
	}
	return false, v.send(c, now)
}

// send sends the next request on a connection that waits for nothing.
func (v *driver) send(c *conn, now time.Time) error {
	request := v.requests[v.next%len(v.requests)]
	v.next++
	c.have, c.sent = 0, now
	n, err := syscall.Write(c.fd, request)
	if err == nil && n < len(request) {
		err = io.ErrShortWrite // a socket without requests under way has room
	}
	return err
}

var (
	statusOK      = []byte("HTTP/1.1 200 ")
	headerEnd     = []byte("\r\n\r\n")
	contentLength = []byte("Content-Length: ")
)

// read reads what has come, and reports whether that completes the answer. It
// must be a success of the right length.
func (v *driver) read(c *conn) (done bool, err error) {
	n, err := syscall.Read(c.fd, c.buf[c.have:])
	if err == syscall.EAGAIN || err == syscall.EINTR {
		return false, nil
	}
	if n <= 0 {
		return false, errors.Join(io.ErrUnexpectedEOF, err)
	}
	c.have += n
	got := c.buf[:c.have]
	end := bytes.Index(got, headerEnd)
	if end < 0 {
		return false, nil
	}
	_, rest, _ := bytes.Cut(got[:end+2], contentLength)
	digits, _, _ := bytes.Cut(rest, headerEnd[:2])
	length, err := strconv.Atoi(string(digits))
	if err != nil {
		return false, fmt.Errorf("an answer without a length: %.300q", got)
	}
	if !bytes.HasPrefix(got, statusOK) || length != v.length {
		return false, fmt.Errorf("not a success of %d bytes: %.300q", v.length, got)
	}
	return c.have == end+len(headerEnd)+length, nil
}
