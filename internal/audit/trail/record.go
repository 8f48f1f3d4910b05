// SPDX-License-Identifier: Apache-2.0

package trail

import (
	"encoding/json"
	"time"
)

// The kinds of records that are no decision on a call.
const (
	KindReads    = "reads"    // how many reads that are alike were allowed
	KindFailure  = "failure"  // a call whose sender was not known
	KindFailures = "failures" // how many of these, that are alike, have no record each
	KindPolicy   = "policy"   // the text of a policy that decisions name
)

// A Record is what is commonly asked of a record. The log's lines say more.
type Record struct {
	Seq           uint64            `json:"seq"`
	Kind          string            `json:"kind"` // empty for a decision
	Time          time.Time         `json:"time"`
	Until         time.Time         `json:"until"` // of what is counted
	RequestID     string            `json:"requestId"`
	Service       string            `json:"service"`
	Operation     string            `json:"operation"`
	Region        string            `json:"region"`
	Principal     string            `json:"principal"`
	PrincipalID   string            `json:"principalId"`
	PrincipalType string            `json:"principalType"`
	Account       string            `json:"account"`
	AccessKeyID   string            `json:"accessKeyId"`
	Session       string            `json:"session"`
	Issued        string            `json:"issued"`
	Tags          map[string]string `json:"tags"`
	SourceIP      string            `json:"sourceIp"`
	Source        string            `json:"source"` // of what is counted
	Decision      string            `json:"decision"`
	Error         string            `json:"error"`
	Reason        string            `json:"reason"` // of a failure
	Count         uint64            `json:"count"`
	Checks        []Check           `json:"checks"`
}

// A Check is one permission that a call needed.
type Check struct {
	Action    string `json:"action"`
	Resource  string `json:"resource"`
	Decision  string `json:"decision"`
	Kind      string `json:"kind"`
	Policy    string `json:"policy"`
	Version   string `json:"version"`
	Statement string `json:"statement"`
}

// ParseRecord reads a line, which has to have no end. It fails with [ErrLine] if
// it is no record.
func ParseRecord(text []byte) (*Record, error) {
	l, err := ParseLine(text)
	if err != nil {
		return nil, err
	}
	seq, ok := l.Seq()
	if !ok {
		return nil, ErrLine
	}
	r := &Record{}
	if json.Unmarshal(text, r) != nil || r.Seq != seq {
		return nil, ErrLine
	}
	return r, nil
}
