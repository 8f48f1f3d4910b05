// SPDX-License-Identifier: Apache-2.0

//go:build linux

package loadtest

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

const header = `| what | connections | goal | × floor's rate | requests/s | server CPU/request | p50 | p99 | client's core |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
`

// busy is the share of its core above which it may be the client that was
// measured.
const busy = 0.9

// rows returns the measurement's rows of the table.
func (m measurement) rows(s scenario) string {
	text := row(s.name, s, s.goal, ratio(m.server, m.floor).format("%.2f"), m.server)
	text += row("— floor: net/http", s, "", "", m.floor)
	if len(m.rival) > 0 {
		text += row("— dynalite, in memory", s, "", "ours is "+ratio(m.server, m.rival).format("%.1f")+" × its", m.rival)
	}
	if len(m.disk) > 0 {
		text += fmt.Sprintf("| — disk: 64 kB written and synced | 1 | | | %s | | %s | %s | |\n", rate(m.disk), p50(m.disk), p99(m.disk))
	}
	return text
}

func row(what string, s scenario, goal, ratio string, all []sample) string {
	client := median(all, func(s sample) float64 { return s.client }).mid
	note := ""
	if client > busy {
		note = " (too busy)"
	}
	cpu := median(all, func(s sample) float64 { return micros(s.cpu) }).format("%.1f µs")
	return fmt.Sprintf("| %s | %d | %s | %s | %s | %s | %s | %s | %.0f %%%s |\n",
		what, s.conns, goal, ratio, rate(all), cpu, p50(all), p99(all), client*100, note)
}

func rate(all []sample) string {
	return median(all, func(s sample) float64 { return s.rate }).format("%.0f")
}

func p50(all []sample) string {
	return median(all, func(s sample) float64 { return micros(s.p50) }).format("%.0f µs")
}

func p99(all []sample) string {
	return median(all, func(s sample) float64 { return micros(s.p99) }).format("%.0f µs")
}

// ratio compares the rates of each run.
func ratio(a, b []sample) spread {
	ratios := make([]sample, len(a))
	for i := range ratios {
		ratios[i].rate = a[i].rate / b[i].rate
	}
	return median(ratios, func(s sample) float64 { return s.rate })
}

// others is the share of the machine that other processes had.
func (m measurement) others() spread {
	return median(slices.Concat(m.server, m.floor), func(s sample) float64 { return 100 * s.others })
}

// A spread is what several runs of one measurement gave.
type spread struct{ low, mid, high float64 }

func median(all []sample, of func(sample) float64) spread {
	v := make([]float64, len(all))
	for i := range all {
		v[i] = of(all[i])
	}
	slices.Sort(v)
	return spread{v[0], v[len(v)/2], v[len(v)-1]}
}

func (s spread) format(f string) string {
	number, unit, _ := strings.Cut(f, " ")
	if unit != "" {
		unit = " " + unit
	}
	if s.low == s.high {
		return fmt.Sprintf("**"+number+"**%s", s.mid, unit)
	}
	return fmt.Sprintf("**"+number+"**%s ("+number+"–"+number+")", s.mid, unit, s.low, s.high)
}

func micros(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }
