// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"fmt"
	"strings"
)

// iamPaths is what the resource part of IAM's own resources may begin with, in
// the order of AWS's message.
var iamPaths = [...]string{
	"user/", "federated-user/", "role/", "group/", "instance-profile/", "mfa/", "server-certificate/",
	"policy/", "sms-mfa/", "saml-provider/", "oidc-provider/", "report/", "access-report/",
}

// resourceFault returns AWS's message for a resource entry that IAM would not
// save, or "".
func resourceFault(entry string) string {
	if entry == "*" {
		return ""
	}
	parts := colonParts(entry)
	part := func(i int) string {
		if i < len(parts) {
			return parts[i]
		}
		return ""
	}
	service, region, rest := part(2), part(3), part(5)
	switch {
	case len(parts) == 1:
		return fmt.Sprintf(`Resource %s must be in ARN format or "*".`, entry)
	case parts[1] != "aws":
		return partitionFault(parts)
	case len(parts) == 2 || hasWildcard(service):
		return "Resource vendor must be fully qualified and cannot contain regexes."
	case parts[0] != "arn":
		return fmt.Sprintf(`Resource %s must be in ARN format or "*".`, entry)
	case service == "iam" && region != "":
		return fmt.Sprintf("IAM resource %s cannot contain region information.", entry)
	case service == "s3" && region != "" && !strings.HasPrefix(rest, "accesspoint/"):
		return fmt.Sprintf("Resource %s can not contain region information.", entry)
	case service == "iam" && !isIAMPath(rest):
		return `IAM resource path must either be "*" or start with ` + strings.Join(iamPaths[:], ", ") + "."
	default:
		return ""
	}
}

func isIAMPath(rest string) bool {
	if rest == "*" {
		return true
	}
	for _, p := range iamPaths {
		if strings.HasPrefix(rest, p) {
			return true
		}
	}
	return false
}

// partitionFault prints the parts that are missing as "*".
func partitionFault(parts []string) string {
	all := [6]string{"arn", "", "*", "*", "*", "*"}
	copy(all[1:], parts[1:])
	return fmt.Sprintf(`Partition "%s" is not valid for resource "%s".`, all[1], strings.Join(all[:], ":"))
}

// colonParts splits an entry at its first five colons outside of variables;
// one with a malformed variable is split at every colon.
func colonParts(entry string) []string {
	parts, err := splitARN(entry, true)
	if err != nil {
		parts = strings.SplitN(entry, ":", 6)
	}
	return parts
}
