// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// chores returns what the service does without a call. Descriptions of tables may
// be changed by those only that see through what a call began.
func (s *service) chores() []awsapi.Chore {
	data := storage.Data.Span(true)
	return []awsapi.Chore{
		{
			Name: "fill", Every: 5 * time.Second, After: []string{"TagResource", "UntagResource", "UpdateTable", "UpdateTimeToLive"},
			Spans: []storage.Span{tables.Under(true), filling.Under(true), data}, Do: s.fillTables,
		},
		{
			Name: "expire", Every: time.Second,
			Spans: []storage.Span{tables.Under(false), expiring.Under(true), data}, Do: s.expireTables,
		},
		{Name: "tokens", Every: time.Minute, Spans: []storage.Span{tokens.Under(true)}, Do: s.sweepTokens},
		{
			Name: "trim", Every: trimEvery,
			Spans: []storage.Span{streams.Under(true), data}, Do: s.trimStreams,
		},
		{
			Name: "usage", Every: keepUsageEvery, AtEnd: true,
			Spans: []storage.Span{tables.Under(false), counting.Under(true), data}, Do: s.usageFolder().keep,
		},
	}
}
