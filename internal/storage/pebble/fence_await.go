// SPDX-License-Identifier: Apache-2.0

package pebble

import (
	"errors"
	"fmt"
	"io"
	"syscall"
	"time"
)

const (
	// defaultPatience is how long a change of the disk may take. One that takes
	// longer counts as one that fails.
	defaultPatience = 20 * time.Second
	// ticks is in how many parts patience is counted: a process that was stopped for
	// a while, or its machine, has not been waiting for the disk. After the first, a
	// change is slow.
	ticks = 8
)

// errHung means that the disk has not answered for so long that it counts as one that
// fails.
var errHung = errors.New("the disk does not answer")

// An outcome is what doing something came to.
type outcome[T any] struct {
	value T
	err   error
}

// nothing is do, which results in nothing but an error.
func nothing(do func() error) func() (struct{}, error) {
	return func() (struct{}, error) { return struct{}{}, do() }
}

// change does something to the file, unless the fence is down. It reports
// whether that was done, and returns the errors that the engine is to see.
func change[T any](f *fence, name string, do func() (T, error)) (value T, done bool, err error) {
	value, done, err = try(f, name, do)
	switch {
	case !done && isTable(name):
		<-f.released
	case err != nil && isTable(name) && !f.strict.Load():
		// The engine would try again at once, and for ever.
		select {
		case <-f.released:
		case <-time.After(tableRetry):
		}
		return value, true, err
	case err != nil:
		f.fail(err)
		return value, false, nil
	}
	return value, done, nil
}

// try does something, unless the fence is down, and reports whether it did. What
// takes too long is left to itself: the fence goes down, and drain waits for it.
func try[T any](f *fence, name string, do func() (T, error)) (value T, done bool, err error) {
	if !f.begin() {
		return value, false, nil
	}
	ended := make(chan outcome[T], 1)
	go func() {
		defer f.changing.Done()
		value, err := do()
		ended <- outcome[T]{value, err}
	}()
	o, ok := await(f, name, ended)
	if !ok {
		go discard(ended)
		return value, false, nil
	}
	if _, bare := o.err.(syscall.Errno); bare { // that of a sync says no more
		o.err = fmt.Errorf("write %s: %w", name, o.err)
	}
	return o.value, true, o.err
}

// discard closes the file that nobody waits for any more, if it is one.
func discard[T any](ended <-chan outcome[T]) {
	if c, ok := any((<-ended).value).(io.Closer); ok {
		_ = c.Close()
	}
}

// await returns what a change comes to, or false if the engine shall not wait for it
// any longer: because it takes too long, or because the fence went down meanwhile.
// Nobody waits for a table, unless the engine is strict about it.
func await[T any](f *fence, name string, ended <-chan outcome[T]) (o outcome[T], ok bool) {
	down := f.wentDown
	if isTable(name) {
		down = f.released
	}
	tick := time.NewTicker(f.patience / ticks)
	defer tick.Stop()
	for waited := 0; ; {
		select {
		case o = <-ended:
			return o, true
		case <-down:
			select {
			case o = <-ended:
				return o, true
			default:
				return o, false
			}
		case <-tick.C:
		}
		switch waited++; {
		case waited == 1:
			f.onSlow(name, f.patience/ticks)
		case waited < ticks:
		case !isTable(name) || f.strict.Load():
			f.fail(fmt.Errorf("%w: %s, for %v", errHung, name, f.patience))
		}
	}
}
