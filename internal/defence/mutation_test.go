// SPDX-License-Identifier: Apache-2.0

package defence

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// atMost is how long a test may take. One that waits for ever has not failed.
const atMost = "150s"

// An overlay is what the compiler reads in the place of files of the tree.
type overlay struct {
	files map[string]string // text by name
}

// arguments writes the overlay and returns the compiler's arguments.
func (o *overlay) arguments(t *testing.T) []string {
	t.Helper()
	dir, replace := t.TempDir(), map[string]string{}
	top, err := filepath.Abs(top)
	if err != nil {
		t.Fatal(err)
	}
	write := func(name string, text []byte) string {
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, text, 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	for name, text := range o.files {
		replace[filepath.Join(top, name)] = write(strings.ReplaceAll(name, "/", "-"), []byte(text))
	}
	list, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		t.Fatal(err)
	}
	return []string{"-overlay", write("overlay.json", list)}
}

// read returns a file of the tree.
func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(top, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// together returns the overlay that has all mutations in it, and the numbers of
// those that have to be compiled alone.
func together(t *testing.T, numbers []int) (o overlay, alone []int) {
	t.Helper()
	sources := map[string]*source{}
	for _, i := range numbers {
		m := &all[i]
		s := sources[m.file]
		if s == nil {
			var err error
			if s, err = newSource(read(t, m.file)); err != nil {
				t.Fatalf("%s: %v", m.file, err)
			}
			sources[m.file] = s
		}
		if !s.add(m, i) {
			alone = append(alone, i)
		}
	}
	o.files = map[string]string{}
	for name, s := range sources {
		o.files[name] = s.String()
		o.files[filepath.Join(filepath.Dir(name), "removed_defence.go")] = chooser(s.name)
	}
	return o, alone
}

// single returns the overlay that has the one mutation.
func (m *mutation) single(t *testing.T) overlay {
	t.Helper()
	return overlay{files: map[string]string{m.file: strings.Replace(read(t, m.file), m.old, m.new, 1)}}
}

// A program is the compiled tests of a package.
type program struct{ pkg, file string }

// build compiles the tests of a package.
func build(t *testing.T, pkg string, o overlay) program {
	t.Helper()
	p := program{pkg, filepath.Join(t.TempDir(), "tests")}
	args := append([]string{"test", "-c", "-ldflags=-w", "-o", p.file}, o.arguments(t)...)
	cmd := exec.CommandContext(t.Context(), "go", append(args, "./"+pkg)...)
	cmd.Dir = top
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("it does not compile: %v\n%s", err, out)
	}
	return p
}

// passes requires that the tests pass as they are. That they run at all is
// checked too: a pattern that matches none passes as well.
func (p program) passes(t *testing.T, names []string) {
	t.Helper()
	for _, name := range names {
		if out, code := p.run(t, name, -1); code != 0 || !strings.Contains(out, "--- PASS: "+name+" ") {
			t.Errorf("%s did not pass:\n%s", name, out)
		}
	}
}

// fails requires that every test of the mutation fails, by its own judgement:
// not by a panic or for want of time.
func (p program) fails(t *testing.T, number int) {
	t.Helper()
	for _, name := range strings.Fields(all[number].tests) {
		out, code := p.run(t, name, number)
		switch {
		case code == 0:
			t.Errorf("%s passes without it", name)
		case code != 1 || !strings.Contains(out, "--- FAIL: "+name+" "):
			t.Errorf("%s ended with code %d and did not fail by itself:\n%s", name, code, out)
		}
	}
}

// run runs one test with a mutation, or with none if the number is negative, and
// returns what it says and its exit code.
func (p program) run(t *testing.T, name string, number int) (out string, code int) {
	t.Helper()
	var pattern []string
	for part := range strings.SplitSeq(name, "/") {
		pattern = append(pattern, "^"+regexp.QuoteMeta(part)+"$")
	}
	cmd := exec.CommandContext(t.Context(), p.file, "-test.v", "-test.failfast", "-test.timeout="+atMost, "-test.run="+strings.Join(pattern, "/"))
	cmd.Dir = filepath.Join(top, p.pkg)
	cmd.Env = append(os.Environ(), chosen+"="+strconv.Itoa(number))
	text, err := cmd.CombinedOutput()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return string(text), exit.ExitCode()
	}
	if err != nil {
		t.Fatal(err)
	}
	return string(text), 0
}
