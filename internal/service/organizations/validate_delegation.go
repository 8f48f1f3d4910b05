// SPDX-License-Identifier: Apache-2.0

package organizations

import "regexp"

// servicePattern is that of the service's model.
var servicePattern = regexp.MustCompile(`^[\w+=,.@-]*$`)

func (in *listServiceAccessInput) Validate() error {
	var k checker
	k.page(in.MaxResults, in.NextToken)
	return k.err
}

func (in *listDelegatedAdministratorsInput) Validate() error {
	var k checker
	if in.ServicePrincipal != nil {
		k.text("ServicePrincipal", *in.ServicePrincipal, 1, 128)
		k.matches("ServicePrincipal", *in.ServicePrincipal, servicePattern)
	}
	k.page(in.MaxResults, in.NextToken)
	return k.err
}
