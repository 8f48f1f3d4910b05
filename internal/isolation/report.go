// SPDX-License-Identifier: Apache-2.0

package isolation

import "context"

// A Report is all that was seen of a world.
type Report struct {
	OK      bool    `json:"ok"` // every row as expected, every leak seen and fixed
	Rows    []Row   `json:"rows"`
	Leaks   []Leak  `json:"leaks"`
	Figures Figures `json:"figures"`
}

// Run builds a world, verifies it, shows the leaks and measures it. An error
// means that the report could not be finished; a report that is not OK is no
// error.
func Run(ctx context.Context, cfg Config) (Report, error) {
	w, err := Build(ctx, cfg)
	if err != nil {
		return Report{}, err
	}
	defer w.Close()
	var r Report
	if r.Rows, err = w.Verify(ctx); err != nil {
		return Report{}, err
	}
	if r.Leaks, err = w.Leaks(ctx); err != nil {
		return Report{}, err
	}
	if r.Figures, err = w.Measure(ctx); err != nil {
		return Report{}, err
	}
	r.OK = r.asExpected()
	return r, nil
}

func (r Report) asExpected() bool {
	for _, row := range r.Rows {
		if !row.OK() {
			return false
		}
	}
	for _, l := range r.Leaks {
		if !l.OK() {
			return false
		}
	}
	return len(r.Rows) > 0
}
