// SPDX-License-Identifier: Apache-2.0

package bailiwick_test

import "regexp"

// made finds the ids that the service makes up and that its later samples name, in
// answers, by what samples have in their place.
var made = map[string]*regexp.Regexp{
	"r-0000":                                regexp.MustCompile(`"Id":"(r-[0-9a-z]{4})"`),
	"ou-0000-00000000":                      regexp.MustCompile(`"Id":"(ou-[0-9a-z]{4}-[0-9a-z]{8})"`),
	"p-00000000":                            regexp.MustCompile(`"Id":"(p-[0-9a-z]{8})"`),
	"2015-05-11T21:21:33.291":               regexp.MustCompile(`"LatestStreamLabel":"([^"]+)"`),
	"shardId-00000001414562045508-2bac9cd2": regexp.MustCompile(`"ShardId":"([^"]+)"`),
	"car-00000000":                          regexp.MustCompile(`"Id":"(car-[0-9a-z]{32})"`),
	"|1|AQAAAA":                             regexp.MustCompile(`"ShardIterator":"[^"|]+(\|1\|[^"]+)"`),
}

// learn keeps the ids in the answer to a sample, for the samples to come.
func (w *world) learn(body string) {
	for placeholder, id := range made {
		if m := id.FindStringSubmatch(body); m != nil {
			w.learned = append(w.learned, placeholder, m[1])
		}
	}
}
