// SPDX-License-Identifier: Apache-2.0

package iam

import (
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// reports holds when an account last asked for its credential report. All other
// records are those of package identity.
var reports = storage.NewTable[time.Time]("iam/credential-report")

// owns is the spans of what is kept here for an account.
func owns(account string) []storage.Span { return []storage.Span{reports.One(writes, account)} }
