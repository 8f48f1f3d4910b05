// SPDX-License-Identifier: Apache-2.0

package awsjson

import (
	"net/http"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
)

// Stray implements [awsapi.Receptionist]: it answers GET /, and all else that is no
// call as what it is.
func (p *protocol) Stray(w http.ResponseWriter, r *http.Request, requestID string) bool {
	switch {
	case p.Health == "":
		return false
	case r.Method == http.MethodGet && r.URL.Path == "/" && r.URL.RawQuery == "":
		p.send(w, r, requestID, http.StatusOK, []byte(p.Health))
	default:
		p.EncodeError(w, r, requestID, &awsapi.Error{Kind: awsapi.NoOperation})
	}
	return true
}
