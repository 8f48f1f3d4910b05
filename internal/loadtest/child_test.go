// SPDX-License-Identifier: Apache-2.0

//go:build linux

package loadtest

import (
	"bufio"
	"bytes"
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"strings"
	"time"

	"github.com/bailiwick-dev/bailiwick"
)

// This test binary starts itself again as other servers. The variable says as
// which, and its value names what they need.
const (
	roleVariable   = "LOADTEST_ROLE"
	answerVariable = "LOADTEST_ANSWER" // the file with the floor's answer
	floorRole      = "floor"
	serverRole     = "server"
)

// child is such a server. It ends with its standard input.
func child(role string) int {
	serve := map[string]func() error{floorRole: serveFloor, serverRole: serveBailiwick}[role]
	if err := serve(); err != nil {
		fmt.Fprintln(os.Stderr, role+":", err)
		return 1
	}
	return 0
}

// An answer is what the real server answered to a request.
type answer struct {
	Header http.Header
	Body   []byte
}

func readAnswer(r io.Reader) (a answer, err error) {
	err = gob.NewDecoder(r).Decode(&a)
	return a, err
}

func (a answer) write(file string) error {
	var b bytes.Buffer
	if err := gob.NewEncoder(&b).Encode(a); err != nil {
		return err
	}
	return os.WriteFile(file, b.Bytes(), 0o600)
}

// serveFloor reads requests and answers the same to each. Its limits are those
// of the real server.
func serveFloor() error {
	f, err := os.Open(os.Getenv(answerVariable))
	if err != nil {
		return err
	}
	a, err := readAnswer(f)
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	hs := &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if _, err := io.Copy(io.Discard, r.Body); err != nil {
				return // the client has gone
			}
			h := w.Header()
			for name, values := range a.Header {
				h[name] = values
			}
			_, _ = w.Write(a.Body) // likewise
		}),
		ReadTimeout:    10 * time.Second,
		IdleTimeout:    2 * time.Minute,
		WriteTimeout:   3 * time.Minute,
		MaxHeaderBytes: 64 << 10,
	}
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		_ = hs.Close() // nothing is lost
	}()
	fmt.Println("ready", l.Addr())
	if err := hs.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// serveBailiwick is Bailiwick, and profiles itself from a line that names a file
// until the next, which is empty.
func serveBailiwick() error {
	cfg, err := bailiwick.LoadConfig("", os.Getenv)
	if err != nil {
		return err
	}
	s, err := bailiwick.Open(cfg)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(context.Background())
	profiled := make(chan error, 1)
	go func() {
		defer stop()
		profiled <- profile(bufio.NewScanner(os.Stdin))
	}()
	err = s.Serve(ctx, func(endpoint string) { fmt.Println("AWS endpoint", endpoint) })
	return errors.Join(err, <-profiled, s.Close())
}

// profile writes profiles until there are no more lines, and answers every line.
func profile(lines *bufio.Scanner) error {
	for lines.Scan() {
		name := lines.Text()
		if err := writeAllocs(name + ".base.allocs"); err != nil {
			return err
		}
		f, err := os.Create(name + ".cpu")
		if err != nil {
			return err
		}
		if err := pprof.StartCPUProfile(f); err != nil {
			return errors.Join(err, f.Close())
		}
		fmt.Println("profiling")
		lines.Scan()
		pprof.StopCPUProfile()
		if err := errors.Join(f.Close(), writeAllocs(name+".allocs")); err != nil {
			return err
		}
		fmt.Println("profiled")
	}
	return lines.Err()
}

// writeAllocs writes a profile of what was allocated since the start.
func writeAllocs(file string) error {
	runtime.GC() // which publishes it
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	return errors.Join(pprof.Lookup("allocs").WriteTo(f, 0), f.Close())
}

// profiled has the server profile itself while f runs.
func (p *process) profiled(name string, f func() error) error {
	file := filepath.Join(*profiles, strings.Map(func(r rune) rune {
		if r == ' ' {
			return '-'
		}
		return r
	}, name))
	if err := p.tell(file); err != nil {
		return err
	}
	return errors.Join(f(), p.tell(""))
}

// tell sends a line to the process and waits for its answer.
func (p *process) tell(line string) error {
	if _, err := fmt.Fprintln(p.stdin, line); err != nil {
		return err
	}
	for p.stdout.Scan() {
		if strings.HasPrefix(p.stdout.Text(), "profil") {
			return nil
		}
	}
	return errors.Join(errors.New("the server doesn't profile any more"), p.stdout.Err())
}
