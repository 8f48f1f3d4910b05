// SPDX-License-Identifier: Apache-2.0

package server

import "github.com/bailiwick-dev/bailiwick/internal/awsapi"

// admit refuses temporary credentials that the service or the operation can't be
// used with, whatever policies say. Where a service as a whole doesn't take them, AWS
// says that they aren't any.
func admit(c *awsapi.Call) error {
	if !c.Service.Sessions.Admits(c.Caller) {
		return awsapi.Errorf(awsapi.Denied, "InvalidClientTokenId", "The security token included in the request is invalid.")
	}
	if !c.Operation.Sessions.Admits(c.Caller) {
		return awsapi.Errorf(awsapi.Denied, "", "Cannot call %s with session credentials", c.Operation.Name)
	}
	return nil
}
