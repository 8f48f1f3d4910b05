// SPDX-License-Identifier: Apache-2.0

//go:build linux

package loadtest

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// tick is the unit of the times in /proc, on every Linux.
const tick = time.Second / 100

// cpuTimes are what has been used since the start of each.
type cpuTimes struct{ server, client, machine time.Duration }

func usage(p *process) (u cpuTimes, err error) {
	var self syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &self); err != nil {
		return u, err
	}
	u.client = time.Duration(self.Utime.Nano() + self.Stime.Nano())
	if u.server, err = p.cpu(); err != nil {
		return u, err
	}
	u.machine, err = machine()
	return u, err
}

// machine returns the time that the CPUs of the machine were busy, or taken
// away from it by the hypervisor.
func machine() (time.Duration, error) {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, err
	}
	line, _, _ := strings.Cut(string(text), "\n")
	fields := strings.Fields(line)
	if len(fields) < 9 || fields[0] != "cpu" {
		return 0, fmt.Errorf("/proc/stat begins with %q", line)
	}
	// user, nice, system, then idle and iowait, then irq, softirq and steal
	return ticks(append(fields[1:4:4], fields[6:9]...))
}

func ticks(fields []string) (sum time.Duration, err error) {
	for _, f := range fields {
		n, err := strconv.ParseInt(f, 10, 64)
		if err != nil {
			return 0, err
		}
		sum += time.Duration(n) * tick
	}
	return sum, nil
}

// cpu returns the CPU time that the process has used in all its threads, to 10
// milliseconds.
func (p *process) cpu() (time.Duration, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	// The second field ends with the last parenthesis; utime and stime are the
	// 14th and the 15th.
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	if len(fields) < 13 {
		return 0, fmt.Errorf("/proc/%d/stat is too short", p.cmd.Process.Pid)
	}
	return ticks(fields[11:13])
}

// rest waits until the process does nothing, for some time at most: what it
// still does of the last measurement, such as compactions, isn't of the next.
func (p *process) rest() error {
	step := *period / 20
	last := time.Duration(-1)
	for range 100 {
		now, err := p.cpu()
		if err != nil || now == last {
			return err
		}
		last = now
		time.Sleep(step)
	}
	return nil
}

// resident returns how much memory of the process is in RAM, in megabytes.
func (p *process) resident() (float64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(text), "VmRSS:")
	kb, _, _ := strings.Cut(strings.TrimSpace(rest), " ")
	n, err := strconv.ParseFloat(kb, 64)
	return n * 1024 / 1e6, err
}

const (
	diskFile  = 16 << 20
	diskWrite = 64 << 10 // about what 64 durable calls write
)

// disk measures how often a file in dir can be written to and synced, with
// nothing else done: no durable call is faster than that. The file has its size
// already, as the logs of databases have.
func disk(dir string, d time.Duration) (one sample, err error) {
	f, err := os.Create(filepath.Join(dir, "disk"))
	if err != nil {
		return one, err
	}
	defer f.Close()
	defer os.Remove(f.Name())
	if _, err := f.Write(make([]byte, diskFile)); err != nil {
		return one, err
	}
	if err := f.Sync(); err != nil {
		return one, err
	}
	var latencies []time.Duration
	block := bytes.Repeat([]byte("x"), diskWrite)
	begin := time.Now()
	for sent := begin; len(latencies) == 0 || sent.Sub(begin) < d; {
		if _, err := f.WriteAt(block, int64(len(latencies)*diskWrite%diskFile)); err != nil {
			return one, err
		}
		if err := syscall.Fdatasync(int(f.Fd())); err != nil {
			return one, err
		}
		now := time.Now()
		latencies = append(latencies, now.Sub(sent))
		sent = now
	}
	return summary(latencies, time.Since(begin)), nil
}
