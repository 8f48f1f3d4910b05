// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"cmp"
	"strconv"
	"strings"
	"time"
)

// An instant is a point in time, of any precision.
type instant struct {
	seconds  int64  // since 1970-01-01T00:00:00Z
	fraction string // digits of the fraction of a second, without trailing zeros
}

// parseInstant reads a date in the W3C profile of ISO 8601 (YYYY, YYYY-MM,
// YYYY-MM-DD, or with Thh:mm, Thh:mm:ss or Thh:mm:ss.s and a time zone) or a
// number of Unix seconds from 0 to 2⁶³−1. Four digits are a year.
func parseInstant(s string) (instant, bool) {
	if len(s) != 4 && s != "" && isDigits(s) {
		n, err := strconv.ParseInt(s, 10, 64)
		return instant{seconds: n}, err == nil
	}
	date, clock, timed := s, "", false
	if i := strings.IndexAny(s, "Tt"); i >= 0 {
		date, clock, timed = s[:i], s[i+1:], true
	}
	p := [...]int{0, 1, 1} // year, month, day
	fields := strings.Count(date, "-") + 1
	if fields > len(p) || timed && fields < len(p) {
		return instant{}, false
	}
	width := 4
	for i := range fields {
		var field string
		field, date, _ = strings.Cut(date, "-")
		if !readDigits(field, width, &p[i]) {
			return instant{}, false
		}
		width = 2
	}
	day := time.Date(p[0], time.Month(p[1]), p[2], 0, 0, 0, 0, time.UTC)
	if p[1] < 1 || p[1] > 12 || day.Day() != p[2] {
		return instant{}, false
	}
	if !timed {
		return instant{seconds: day.Unix()}, true
	}
	return parseClock(clock, day.Unix())
}

// parseClock reads a time of day, with its zone, of the day that begins at
// midnight.
func parseClock(s string, midnight int64) (instant, bool) {
	s, offset, ok := cutZone(s)
	if !ok {
		return instant{}, false
	}
	s, fraction, hasFraction := strings.Cut(s, ".")
	var hour, minute, second int
	switch {
	case len(s) == len("hh:mm") && !hasFraction:
	case len(s) == len("hh:mm:ss") && s[5] == ':' && readDigits(s[6:], 2, &second):
	default:
		return instant{}, false
	}
	if hasFraction && fraction == "" || !isDigits(fraction) || s[2] != ':' ||
		!readDigits(s[:2], 2, &hour) || !readDigits(s[3:5], 2, &minute) ||
		hour > 23 || minute > 59 || second > 59 {
		return instant{}, false
	}
	seconds := midnight + int64(hour*3600+minute*60+second) - int64(offset)
	return instant{seconds, strings.TrimRight(fraction, "0")}, true
}

// cutZone cuts the zone (Z, +hh:mm or -hh:mm) off and returns its offset in
// seconds.
func cutZone(s string) (clock string, offset int, ok bool) {
	if n := len(s) - 1; n >= 0 && (s[n] == 'Z' || s[n] == 'z') {
		return s[:n], 0, true
	}
	n := len(s) - len("+hh:mm")
	if n < 0 || s[n] != '+' && s[n] != '-' || s[n+3] != ':' {
		return "", 0, false
	}
	var hour, minute int
	if !readDigits(s[n+1:n+3], 2, &hour) || !readDigits(s[n+4:], 2, &minute) || hour > 23 || minute > 59 {
		return "", 0, false
	}
	offset = hour*3600 + minute*60
	if s[n] == '-' {
		offset = -offset
	}
	return s[:n], offset, true
}

// readDigits reads s, which must be exactly n digits.
func readDigits(s string, n int, to *int) bool {
	if len(s) != n || !isDigits(s) {
		return false
	}
	v := 0
	for i := range n {
		v = v*10 + int(s[i]-'0')
	}
	*to = v
	return true
}

// compare returns -1, 0 or 1 as a is before, at or after b.
func (a instant) compare(b instant) int {
	return cmp.Or(cmp.Compare(a.seconds, b.seconds), strings.Compare(a.fraction, b.fraction))
}
