// SPDX-License-Identifier: Apache-2.0

package isolation

import (
	"fmt"
	"io"
	"strings"
)

// A Bar shows progress on a terminal, by redrawing one line, or elsewhere, by a
// line when a stage ends. Its Update is a [Config]'s Progress.
type Bar struct {
	out      io.Writer
	terminal bool
	stage    string
	filled   int
}

// NewBar returns a bar that is drawn on out.
func NewBar(out io.Writer, terminal bool) *Bar { return &Bar{out: out, terminal: terminal} }

const barWidth = 40

// Update draws how much of a stage is done. It must not be called from several
// goroutines at once.
func (b *Bar) Update(stage string, done, total int) {
	filled := barWidth * done / max(total, 1)
	if stage == b.stage && filled == b.filled && done < total {
		return
	}
	b.stage, b.filled = stage, filled
	switch {
	case b.terminal:
		fmt.Fprintf(b.out, "\r%-8s [%s%s] %d/%d", stage, strings.Repeat("#", filled), strings.Repeat(".", barWidth-filled), done, total)
		if done == total {
			fmt.Fprintln(b.out)
		}
	case done == total:
		fmt.Fprintf(b.out, "%s: %d done\n", stage, total)
	}
}
