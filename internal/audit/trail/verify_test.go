// SPDX-License-Identifier: Apache-2.0

package trail_test

import (
	"bytes"
	"crypto/ed25519"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/bailiwick-dev/bailiwick/internal/audit/trail"
)

func TestAnHonestLogIsGood(t *testing.T) {
	f := honest(t)
	r, err := trail.Verify(f.save(), trail.Options{Key: publicOf("first")})
	if err != nil {
		t.Fatal(err)
	}
	if r.Files != 3 || r.Records != 17 || r.Unsigned != 2 || r.Retired != 0 || r.Head != (trail.Head{Lines: f.lines, Chain: f.chain}) {
		t.Errorf("got %+v", r)
	}
	if len(r.Keys) != 2 || !r.Keys[1].Equal(publicOf("next")) {
		t.Errorf("signed with %x", r.Keys)
	}
}

// TestALogIsVerifiedWhileItIsWritten ends a log in the middle of a line.
func TestALogIsVerifiedWhileItIsWritten(t *testing.T) {
	f := honest(t)
	last := f.text[f.file()]
	for _, cut := range []int{1, 40, len(last[len(last)-1])} {
		f.text[f.file()] = slices.Clone(last)
		f.text[f.file()][len(last)-1] = last[len(last)-1][:len(last[len(last)-1])-cut]
		r, err := trail.Verify(f.save(), trail.Options{})
		if err != nil || r.Unsigned != 1 {
			t.Errorf("%d bytes before its end: got %+v, %v", cut, r, err)
		}
	}
}

// TestEveryTamperingIsFound changes an honest log in each way that there is, as
// who can write all its files but has no key of it.
func TestEveryTamperingIsFound(t *testing.T) {
	change := func(f *forge, file, line int, old, new string) {
		text := f.text[f.files[file]]
		text[line] = bytes.Replace(text[line], []byte(old), []byte(new), 1)
	}
	remove := func(f *forge, file, line int) {
		f.text[f.files[file]] = slices.Delete(f.text[f.files[file]], line, line+1)
	}
	for _, c := range []struct {
		name   string
		tamper func(*forge)
		where  string // file by its place, and line
		want   string
	}{
		{"a record was changed", func(f *forge) { change(f, 0, 2, "Allow", "Deny!") }, "0:3", "the chain breaks"},
		{"a record was changed, and the chain made anew", func(f *forge) { change(f, 0, 2, "Allow", "Deny!"); f.rechain() }, "0:7", "another place"},
		{"a chain value was changed", func(f *forge) { change(f, 0, 2, `"chain":"`, `"chain":"0`) }, "0:3", "not a line"},
		{"a record was removed", func(f *forge) { remove(f, 0, 2) }, "0:3", "the chain breaks"},
		{"a record was removed, and the chain made anew", func(f *forge) { remove(f, 0, 2); f.rechain() }, "0:6", "another place"},
		{"a record was inserted", func(f *forge) {
			f.text[f.files[0]] = slices.Insert(f.text[f.files[0]], 3, f.text[f.files[0]][2])
		}, "0:4", "the chain breaks"},
		{"a record was inserted, and the chain made anew", func(f *forge) {
			f.text[f.files[0]] = slices.Insert(f.text[f.files[0]], 3, bytes.Replace(f.text[f.files[0]][2], []byte(`"seq":2`), []byte(`"seq":9`), 1))
			f.rechain()
		}, "0:5", "does not follow 9"},
		{"records were exchanged", func(f *forge) { s := f.text[f.files[0]]; s[2], s[3] = s[3], s[2] }, "0:3", "the chain breaks"},
		{"records were exchanged, and the chain made anew", func(f *forge) {
			s := f.text[f.files[0]]
			s[2], s[3] = s[3], s[2]
			f.rechain()
		}, "0:4", "does not follow"},
		{"white space was added", func(f *forge) { change(f, 0, 2, `,"time"`, ` ,"time"`) }, "0:3", "the chain breaks"},
		{"an empty line was added", func(f *forge) {
			f.text[f.files[0]] = slices.Insert(f.text[f.files[0]], 3, []byte("\n"))
		}, "0:4", "not a line"},
		{"a checkpoint was changed", func(f *forge) { change(f, 2, 6, `"due"`, `"end"`) }, "2:7", "the chain breaks"},
		{"a checkpoint was changed, and the chain made anew", func(f *forge) { change(f, 2, 6, `"due"`, `"end"`); f.rechain() }, "2:7", "the signature is not right"},
		{"a checkpoint has another form", func(f *forge) { change(f, 2, 6, `,"reason"`, `, "reason"`); f.rechain() }, "2:7", "not a note"},
		{"a checkpoint was removed", func(f *forge) { remove(f, 0, 6) }, "1:1", "1 lines are missing"},
		{"a checkpoint was moved", func(f *forge) {
			s := f.text[f.files[2]]
			s[5], s[6] = s[6], s[5]
			f.rechain()
		}, "2:6", "another place"},
		{"a checkpoint of another key", func(f *forge) {
			f.key = keyOf("thief")
			f.note(trail.Note{Kind: trail.Checkpoint, Reason: trail.Due})
		}, "2:10", "does not vouch for"},
		{"another key was announced by itself", func(f *forge) {
			f.key = keyOf("thief")
			f.note(trail.Note{Kind: trail.Rekey})
		}, "2:10", "does not vouch for"},
		{"a key was announced whose holder doesn't know", func(f *forge) {
			text := f.text[f.files[1]]
			l, err := trail.ParseLine(bytes.TrimSuffix(text[4], []byte("\n")))
			if err != nil {
				panic(err)
			}
			proved, _, _ := bytes.Cut(l.Text(), []byte(`,"proof":`))
			f.text[f.files[1]] = text[:4]
			f.lines, f.last, f.chain = 11, 8, chainOf(text[3])
			f.files = f.files[:2]
			f.line(append(proved, '}'))
		}, "1:5", "the signature is not right"},
		{"the old key signs on", func(f *forge) {
			f.key = keyOf("first")
			f.note(trail.Note{Kind: trail.Checkpoint, Reason: trail.Due})
		}, "2:10", "does not vouch for"},
		{"the first line of a file was removed", func(f *forge) { remove(f, 1, 0) }, "1:1", "does not begin with its checkpoint"},
		{"the end of a file was removed", func(f *forge) { f.text[f.files[0]] = f.text[f.files[0]][:3] }, "1:1", "4 lines are missing"},
		{"the end of a file was cut", func(f *forge) { s := f.text[f.files[0]]; s[6] = s[6][:30] }, "0:7", "has no end"},
		{"a file was emptied", func(f *forge) { f.text[f.files[1]] = nil }, "1:0", "is empty"},
		{"a line was added to a file that had ended", func(f *forge) {
			f.text[f.files[0]] = append(f.text[f.files[0]], f.text[f.files[0]][2])
		}, "0:8", "the chain breaks"},
		{"a line was added to a file that had ended, with the chain", func(f *forge) {
			s := f.text[f.files[0]]
			line, _ := chainOf(s[6]).AppendLine(nil, []byte(`{"seq":6}`))
			f.text[f.files[0]] = append(s, line)
		}, "1:1", "does not follow the one before"},
		{"the first file was removed", func(f *forge) { delete(f.text, f.files[0]) }, "1:0", "the 7 lines before this file are gone"},
		{"a file was removed", func(f *forge) { delete(f.text, f.files[1]) }, "2:1", "8 lines are missing"},
		{"two files were exchanged", func(f *forge) {
			f.text[f.files[0]], f.text[f.files[1]] = f.text[f.files[1]], f.text[f.files[0]]
		}, "0:1", "another place"},
		{"a file was renamed", func(f *forge) {
			f.text[trail.FileName(3)] = f.text[f.files[1]]
			delete(f.text, f.files[1])
			f.files[1] = trail.FileName(3)
		}, "1:1", "another place"},
		{"a file of another log was added", func(f *forge) {
			g := newForge(f.t)
			g.begin()
			g.record(2)
			name := trail.FileName(100)
			f.text[name] = g.text[g.files[0]]
			f.files = append(f.files, name)
		}, "3:1", "does not follow the one before"},
		{"no more was signed", func(f *forge) {
			f.record(trail.MaxUnsigned)
		}, "2:4104", "are not signed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := honest(t)
			c.tamper(f)
			_, err := trail.Verify(f.save(), trail.Options{})
			want := f.files[c.where[0]-'0'] + strings.TrimSuffix(c.where[1:], ":0") + ": "
			if err == nil || !strings.HasPrefix(err.Error(), want) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %s… %s", err, want, c.want)
			}
		})
	}
}

// chainOf returns the chain value after a line.
func chainOf(line []byte) trail.Value {
	l, err := trail.ParseLine(bytes.TrimSuffix(line, []byte("\n")))
	if err != nil {
		panic(err)
	}
	return l.Chain
}

// TestALogMadeAnewIsFound makes a whole log with another key.
func TestALogMadeAnewIsFound(t *testing.T) {
	f := newForge(t)
	f.key = keyOf("thief")
	f.begin()
	f.record(3)
	f.note(trail.Note{Kind: trail.Checkpoint, Reason: trail.Stop})
	dir := f.save()
	for name, c := range map[string]struct {
		key  ed25519.PublicKey
		good bool
	}{"its own key": {publicOf("thief"), true}, "no key": {nil, true}, "the server's": {publicOf("first"), false}} {
		if _, err := trail.Verify(dir, trail.Options{Key: c.key}); (err == nil) != c.good {
			t.Errorf("with %s: got %v", name, err)
		}
	}
	for _, name := range []string{"first", "next"} {
		if _, err := trail.Verify(honest(t).save(), trail.Options{Key: publicOf(name)}); err != nil {
			t.Errorf("an honest log, with the %s of its keys: %v", name, err)
		}
	}
}

// TestALogThatWasCutIsFoundByItsHead removes the newest lines, which nothing in the
// files shows.
func TestALogThatWasCutIsFoundByItsHead(t *testing.T) {
	whole := honest(t)
	head := trail.Head{Lines: whole.lines, Chain: whole.chain}
	grown := honest(t)
	grown.record(1)
	cut := honest(t)
	cut.text[cut.file()] = cut.text[cut.file()][:3]
	other := honest(t)
	other.text[other.file()] = other.text[other.file()][:7]
	other.lines, other.last = other.lines-2, other.last-2
	other.chain = chainOf(other.text[other.file()][6])
	other.line([]byte(`{"seq":16,"other":1}`))
	other.last++
	other.record(1)
	for _, c := range []struct {
		name string
		log  *forge
		want string
	}{{"the same", whole, ""}, {"grown", grown, ""}, {"cut", cut, "its end was removed"}, {"another end", other, "it was made anew"}} {
		dir := c.log.save()
		if _, err := trail.Verify(dir, trail.Options{}); err != nil {
			t.Errorf("%s: without the head: %v", c.name, err)
		}
		_, err := trail.Verify(dir, trail.Options{Since: head})
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		}
	}
}

func TestRetiredFilesAreNotMissed(t *testing.T) {
	f := retired(t)
	r, err := trail.Verify(f.save(), trail.Options{Key: publicOf("next")})
	if err != nil || r.Retired != 7 || r.Records != 12 {
		t.Errorf("got %+v, %v", r, err)
	}
	f = retired(t)
	delete(f.text, f.files[1])
	if _, err := trail.Verify(f.save(), trail.Options{}); err == nil || !strings.Contains(err.Error(), "15 lines before this file are gone") {
		t.Errorf("with a file more removed: got %v", err)
	}
}

func TestThereIsSomethingToVerify(t *testing.T) {
	dir := t.TempDir()
	if _, err := trail.Verify(dir, trail.Options{}); err == nil {
		t.Error("an empty directory is a good log")
	}
	if err := os.WriteFile(filepath.Join(dir, trail.FileName(0)), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := trail.Verify(dir, trail.Options{}); err == nil {
		t.Error("an empty file is a good log")
	}
}
