// SPDX-License-Identifier: Apache-2.0

package trail

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// pollEvery is how often a log that is followed is looked at.
const pollEvery = 100 * time.Millisecond

// Read calls f with each whole line of the log's files in dir, without its end, in
// their order; it holds one in memory. The text is valid until f returns. If follow
// is set it goes on as the log grows, until ctx ends. It returns f's error, or that
// of ctx.
func Read(ctx context.Context, dir string, follow bool, f func(text []byte) error) error {
	names, err := Files(dir)
	if err != nil {
		return err
	}
	return readFrom(ctx, dir, names, follow, f)
}

// readFrom reads the files of those names, and if follow is set those after them.
func readFrom(ctx context.Context, dir string, names []string, follow bool, f func([]byte) error) error {
	for last := ""; ; {
		for _, name := range names {
			err := readOne(ctx, dir, name, follow, f)
			if err != nil && !errors.Is(err, fs.ErrNotExist) { // which is retired
				return err
			}
			last = name
		}
		if !follow {
			return nil
		}
		if err := wait(ctx); err != nil {
			return err
		}
		all, err := Files(dir)
		if err != nil {
			return err
		}
		names = after(all, last)
	}
}

// after returns the names that follow name.
func after(names []string, name string) []string {
	i, found := slices.BinarySearch(names, name)
	if found {
		i++
	}
	return names[i:]
}

// wait waits until it is time to look again.
func wait(ctx context.Context) error {
	t := time.NewTimer(pollEvery)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// readOne reads a file; if follow is set, until there is another after it.
func readOne(ctx context.Context, dir, name string, follow bool, f func([]byte) error) error {
	file, err := os.Open(filepath.Join(dir, name))
	if err != nil {
		return err
	}
	defer file.Close()
	s := NewScanner(file)
	for over := !follow; ; {
		text, err := s.Next()
		switch {
		case err == nil:
			if err := f(text); err != nil {
				return err
			}
			if err := ctx.Err(); err != nil {
				return context.Cause(ctx)
			}
		case !errors.Is(err, io.EOF):
			return fmt.Errorf("%s: %w", name, err)
		case over:
			return nil
		default:
			if over, err = isOver(ctx, dir, name); err != nil {
				return err
			}
		}
	}
}

// isOver waits a moment and reports whether there is a file after name, so that
// name is complete once it is read again.
func isOver(ctx context.Context, dir, name string) (bool, error) {
	names, err := Files(dir)
	if err != nil || len(after(names, name)) > 0 {
		return true, err
	}
	return false, wait(ctx)
}

// Tail is Read for the last n lines for which wanted is true, and if follow is set
// for those that come. It reads no more files than it must.
func Tail(ctx context.Context, dir string, n int, follow bool, wanted func([]byte) bool, f func(text []byte) error) error {
	names, err := Files(dir)
	if err != nil {
		return err
	}
	start, skip := len(names), 0
	for have := 0; start > 0 && (have < n || start == len(names)); {
		start--
		count := 0
		err := readOne(ctx, dir, names[start], false, func(text []byte) error {
			if wanted(text) {
				count++
			}
			return nil
		})
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		have += count
		skip = max(have-n, 0)
	}
	return readFrom(ctx, dir, names[start:], follow, tailer(skip, wanted, f))
}

// tailer returns f for the wanted lines but the first skip.
func tailer(skip int, wanted func([]byte) bool, f func([]byte) error) func([]byte) error {
	return func(text []byte) error {
		if !wanted(text) {
			return nil
		}
		if skip > 0 {
			skip--
			return nil
		}
		return f(text)
	}
}

// CurrentKey returns the key that the log in dir says it is signed with. Whether
// that is the right one, only who knows it otherwise can tell.
func CurrentKey(dir string) (ed25519.PublicKey, error) {
	names, err := Files(dir)
	if err != nil {
		return nil, err
	}
	var key ed25519.PublicKey
	for _, name := range slices.Backward(names) {
		err := readOne(context.Background(), dir, name, false, func(text []byte) error {
			l, err := ParseLine(text)
			if err != nil || !l.IsNote() {
				return nil
			}
			if n, err := ParseNote(l); err == nil {
				key = n.Key
				if n.Kind == Rekey {
					key = n.Next
				}
			}
			return nil
		})
		if err != nil || key != nil {
			return key, err
		}
	}
	return nil, fmt.Errorf("%s: %w", dir, errEmpty)
}
