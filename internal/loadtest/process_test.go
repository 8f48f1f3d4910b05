// SPDX-License-Identifier: Apache-2.0

//go:build linux

package loadtest

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
)

const (
	readyTime  = 2 * time.Minute // for a start
	serverCore = "0"
	clientCore = "1"
)

// pinned is whether the servers have a core and this process another.
var pinned bool

func TestMain(m *testing.M) {
	if role := os.Getenv(roleVariable); role != "" {
		os.Exit(child(role))
	}
	m.Run()
}

// pin gives this process its core, if the machine allows it, and says so.
func pin() string {
	if runtime.NumCPU() < 2 {
		return "Not pinned: there is one core only"
	}
	out, err := exec.Command("taskset", "-a", "-c", "-p", clientCore, strconv.Itoa(os.Getpid())).CombinedOutput()
	if err != nil {
		return fmt.Sprintf("Not pinned: %v %s", err, bytes.TrimSpace(out))
	}
	pinned = true
	runtime.GOMAXPROCS(1)
	return "Servers on core " + serverCore + ", client on core " + clientCore
}

// A process is a server that was started: Bailiwick, a floor or dynalite.
type process struct {
	cmd    *exec.Cmd
	host   string // that it listens on
	stdin  io.WriteCloser
	stdout *bufio.Scanner
}

// start starts a server on its core and waits until it prints its host after
// the word. It ends with the test.
func start(t *testing.T, word string, env []string, command ...string) (*process, error) {
	if pinned {
		command = append([]string{"taskset", "-c", serverCore}, command...)
	}
	p := &process{cmd: exec.Command(command[0], command[1:]...)}
	p.cmd.Stderr = os.Stderr
	for _, v := range os.Environ() { // what the developer has set is not for this server
		if !strings.HasPrefix(v, "BAILIWICK_") {
			p.cmd.Env = append(p.cmd.Env, v)
		}
	}
	p.cmd.Env = append(p.cmd.Env, env...)
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if p.stdin, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	t.Cleanup(p.stop)
	p.stdout = bufio.NewScanner(out)
	late := time.AfterFunc(readyTime, func() { _ = p.cmd.Process.Kill() })
	defer late.Stop()
	for p.stdout.Scan() {
		if _, host, ok := strings.Cut(p.stdout.Text(), word); ok {
			p.host = strings.TrimPrefix(strings.TrimSpace(host), "http://")
			return p, nil
		}
	}
	return nil, errors.Join(fmt.Errorf("%s did not get ready", command), p.stdout.Err())
}

// stop ends the process, if it hasn't ended yet.
func (p *process) stop() {
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait() // says that it was killed
}
