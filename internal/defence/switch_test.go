// SPDX-License-Identifier: Apache-2.0

package defence

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"
)

// To compile and link the tests once for every mutation would take most of the
// time. So all those that are inside functions are compiled together: a function
// is there as it is and, under another name, as each mutation makes it, and goes
// over to the one that is chosen when the tests are started.

// chosen is the variable of the environment that chooses a mutation by its
// number in the list; without it there is none.
const chosen = "BAILIWICK_REMOVED_DEFENCE"

// chooser is the text of a file that a package with mutations has more.
func chooser(pkg string) string {
	return "package " + pkg + "\n\nimport \"os\"\n\nvar removedDefence = os.Getenv(\"" + chosen + "\")\n"
}

// A source is a file with some of its functions mutated.
type source struct {
	name  string // of the package
	text  string
	file  *ast.File
	base  int // position of the first byte
	edits map[int]edit
	more  strings.Builder // the functions as the mutations make them
}

// An edit puts text in the place of n bytes.
type edit struct {
	n    int
	text string
}

func newSource(text string) (*source, error) {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "", text, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	return &source{name: f.Name.Name, text: text, file: f, base: int(f.FileStart), edits: map[int]edit{}}, nil
}

// offset returns where a position is in the text.
func (s *source) offset(p token.Pos) int { return int(p) - s.base }

// add adds a mutation under a number. It reports false if it isn't inside a
// function that can be there twice.
func (s *source) add(m *mutation, number int) bool {
	at := strings.Index(s.text, m.old)
	for _, d := range s.file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || f.Body == nil || at < s.offset(f.Body.Lbrace) || at+len(m.old) > s.offset(f.Body.Rbrace) {
			continue
		}
		other := fmt.Sprintf("%sWithout%d", f.Name.Name, number)
		call, ok := s.call(f, other)
		if !ok {
			return false
		}
		begin := s.offset(f.Body.Lbrace) + 1
		s.edits[begin] = edit{0, s.edits[begin].text + fmt.Sprintf("\nif removedDefence == \"%d\" { %s }\n", number, call)}
		s.more.WriteString("\n" + s.text[s.offset(f.Pos()):s.offset(f.Name.Pos())] + other +
			strings.Replace(s.text[s.offset(f.Name.End()):s.offset(f.End())], m.old, m.new, 1) + "\n")
		return true
	}
	return false
}

// call returns the statements that go over from f to the function of another
// name. Parameters without a name are given one.
func (s *source) call(f *ast.FuncDecl, other string) (string, bool) {
	if f.Type.TypeParams != nil || f.Name.Name == "init" || f.Name.Name == "main" {
		return "", false
	}
	if f.Recv != nil {
		if len(f.Recv.List[0].Names) == 0 {
			return "", false
		}
		other = f.Recv.List[0].Names[0].Name + "." + other
	}
	var args []string
	for _, field := range f.Type.Params.List {
		if len(field.Names) == 0 {
			return "", false
		}
		for _, name := range field.Names {
			arg := name.Name
			if arg == "_" {
				arg = fmt.Sprintf("unused%d", len(args))
				s.edits[s.offset(name.Pos())] = edit{1, arg}
			}
			if _, ok := field.Type.(*ast.Ellipsis); ok {
				arg += "..."
			}
			args = append(args, arg)
		}
	}
	call := other + "(" + strings.Join(args, ", ") + ")"
	if f.Type.Results == nil {
		return call + "; return", true
	}
	return "return " + call, true
}

// String returns the text with all mutations in it.
func (s *source) String() string {
	var b strings.Builder
	done := 0
	at := make([]int, 0, len(s.edits))
	for i := range s.edits {
		at = append(at, i)
	}
	slices.Sort(at)
	for _, i := range at {
		b.WriteString(s.text[done:i] + s.edits[i].text)
		done = i + s.edits[i].n
	}
	return b.String() + s.text[done:] + s.more.String()
}
