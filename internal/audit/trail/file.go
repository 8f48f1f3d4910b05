// SPDX-License-Identifier: Apache-2.0

package trail

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
)

const (
	namePrefix = "audit-"
	nameSuffix = ".jsonl"
	nameDigits = 20
)

// FileName returns the name of the file before whose first line there are that
// many in all files before it. Names sort as the files follow one another.
func FileName(lines uint64) string {
	return fmt.Sprintf("%s%0*d%s", namePrefix, nameDigits, lines, nameSuffix)
}

// isFileName reports whether name is one of [FileName]'s.
func isFileName(name string) bool {
	digits, ok := strings.CutPrefix(name, namePrefix)
	if !ok {
		return false
	}
	digits, ok = strings.CutSuffix(digits, nameSuffix)
	if !ok || len(digits) != nameDigits {
		return false
	}
	_, err := strconv.ParseUint(digits, 10, 64)
	return err == nil && digits[0] != '+'
}

// Files returns the names of the log's files in dir, in their order.
func Files(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if e.Type().IsRegular() && isFileName(e.Name()) {
			names = append(names, e.Name())
		}
	}
	slices.Sort(names)
	return names, nil
}

// ErrLong means that a line is longer than [MaxLine].
var ErrLong = errors.New("trail: a line is too long")

// A Scanner reads the whole lines of a file. It holds one in memory. What has no
// end yet is no line; it may be read later.
type Scanner struct {
	r    *bufio.Reader
	line []byte
	read int64 // bytes of whole lines
}

// NewScanner returns a Scanner that reads r.
func NewScanner(r io.Reader) *Scanner { return &Scanner{r: bufio.NewReaderSize(r, 256<<10)} }

// Next returns the next line without its end, valid until the call after. At the
// end it is io.EOF, and again io.EOF until there is more; a line that has only
// begun is kept for that. Other errors are final.
func (s *Scanner) Next() ([]byte, error) {
	for {
		part, err := s.r.ReadSlice('\n')
		if len(s.line) == 0 && err == nil {
			s.read += int64(len(part))
			return part[:len(part)-1], nil // as nearly always: without a copy
		}
		s.line = append(s.line, part...)
		switch {
		case len(s.line) > MaxLine+1:
			return nil, ErrLong
		case err == nil:
			s.read += int64(len(s.line))
			line := bytes.TrimSuffix(s.line, []byte{'\n'})
			s.line = nil
			return line, nil
		case !errors.Is(err, bufio.ErrBufferFull):
			return nil, err
		}
	}
}

// Read returns how many bytes the lines take that Next has returned.
func (s *Scanner) Read() int64 { return s.read }

// Begun reports whether there is a line without an end.
func (s *Scanner) Begun() bool { return len(s.line) > 0 }
