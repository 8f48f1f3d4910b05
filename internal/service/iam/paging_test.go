// SPDX-License-Identifier: Apache-2.0

package iam_test

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/bailiwick-dev/bailiwick/bailiwicktest"
	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/service"
	"github.com/bailiwick-dev/bailiwick/internal/service/servicetest"
)

// A reader makes calls of IAM whose inputs are JSON.
type reader struct {
	*testing.T
	cfg aws.Config
	iam *awsapi.Service
}

func newReader(t *testing.T) reader {
	all := service.All(nil)
	i := slices.IndexFunc(all, func(s *awsapi.Service) bool { return s.Name == "iam" })
	return reader{t, bailiwicktest.New(t).Config(), all[i]}
}

// do returns the answer of a call that has to succeed.
func (r reader) do(operation string, input map[string]any) string {
	r.Helper()
	text, err := json.Marshal(input)
	if err != nil {
		r.Fatal(err)
	}
	a, err := servicetest.Call(r.Context(), r.cfg, r.iam, operation, string(text))
	if err != nil || !a.OK() {
		r.Fatalf("%s %s: %d %s, %v", operation, text, a.Status, a.Body, err)
	}
	return a.Body
}

// A listed answer is what a list operation said: its items, in order, and where
// the next page begins.
type listed struct {
	items     []string
	truncated string
	marker    string
}

// read takes an answer apart: an item is a member of a list that is in no other
// item.
func (r reader) read(answer string) (l listed) {
	r.Helper()
	d := xml.NewDecoder(strings.NewReader(answer))
	var open []string
	for {
		token, err := d.Token()
		if err == io.EOF {
			return l
		}
		if err != nil {
			r.Fatal(err)
		}
		switch e := token.(type) {
		case xml.StartElement:
			var text struct {
				XML string `xml:",innerxml"`
			}
			if n := e.Name.Local; n != "member" && n != "IsTruncated" && n != "Marker" {
				open = append(open, n)
				continue
			}
			if err := d.DecodeElement(&text, &e); err != nil {
				r.Fatal(err)
			}
			switch e.Name.Local {
			case "member":
				l.items = append(l.items, open[len(open)-1]+" "+text.XML)
			case "IsTruncated":
				l.truncated = text.XML
			case "Marker":
				l.marker = text.XML
			}
		case xml.EndElement:
			open = open[:len(open)-1]
		}
	}
}

// with returns input with more members.
func with(input map[string]any, more ...any) map[string]any {
	all := maps.Clone(input)
	for i := 0; i < len(more); i += 2 {
		all[more[i].(string)] = more[i+1]
	}
	return all
}

const pagedPolicy = "arn:aws:iam::000000000000:policy/paged/p0"

// fill makes five of everything that lists show.
func (r reader) fill() {
	tags := []any{}
	for i := range 5 {
		tags = append(tags, map[string]any{"Key": fmt.Sprintf("k%d", i), "Value": "v"})
	}
	r.do("CreateOpenIDConnectProvider", map[string]any{"Url": "https://idp.example", "Tags": tags})
	for i := range 5 {
		name := fmt.Sprintf("p%d", i)
		r.do("CreatePolicy", map[string]any{"PolicyName": name, "Path": "/paged/", "PolicyDocument": anyS3, "Tags": tags})
		r.do("CreateGroup", map[string]any{"GroupName": name})
		r.do("CreateUser", map[string]any{"UserName": name, "Tags": tags})
		r.do("CreateRole", map[string]any{"RoleName": name, "AssumeRolePolicyDocument": tfTrust, "Tags": tags})
	}
	for i := range 5 {
		name := fmt.Sprintf("p%d", i)
		for _, kind := range []string{"User", "Role", "Group"} {
			r.do("Attach"+kind+"Policy", map[string]any{kind + "Name": "p0", "PolicyArn": strings.Replace(pagedPolicy, "p0", name, 1)})
			r.do("Attach"+kind+"Policy", map[string]any{kind + "Name": name, "PolicyArn": pagedPolicy})
			r.do("Put"+kind+"Policy", map[string]any{kind + "Name": "p0", "PolicyName": name, "PolicyDocument": anyS3})
		}
		r.do("AddUserToGroup", map[string]any{"GroupName": "p0", "UserName": name})
		r.do("AddUserToGroup", map[string]any{"GroupName": name, "UserName": "p0"})
		if i > 0 {
			r.do("CreatePolicyVersion", map[string]any{"PolicyArn": pagedPolicy, "PolicyDocument": tfRead})
		}
	}
	for range 2 {
		r.do("CreateAccessKey", map[string]any{"UserName": "p0"})
	}
	r.do("CreateAccountAlias", map[string]any{"AccountAlias": "paged"})
}

// Pages of any size hold what one page holds, in its order, and only the last one
// has no marker.
func TestEveryListHasPages(t *testing.T) {
	r := newReader(t)
	r.fill()
	user, role, group := map[string]any{"UserName": "p0"}, map[string]any{"RoleName": "p0"}, map[string]any{"GroupName": "p0"}
	arn := map[string]any{"PolicyArn": pagedPolicy}
	none := map[string]any{}
	lists := map[string]struct {
		input map[string]any
		items int // on all pages
	}{
		"ListUsers": {none, 5}, "ListRoles": {none, 5}, "ListGroups": {none, 5}, "ListPolicies": {map[string]any{"Scope": "Local"}, 5},
		"ListUserPolicies": {user, 5}, "ListRolePolicies": {role, 5}, "ListGroupPolicies": {group, 5},
		"ListAttachedUserPolicies": {user, 5}, "ListAttachedRolePolicies": {role, 5}, "ListAttachedGroupPolicies": {group, 5},
		"ListUserTags": {user, 5}, "ListRoleTags": {role, 5}, "ListPolicyTags": {arn, 5},
		"ListOpenIDConnectProviderTags": {map[string]any{"OpenIDConnectProviderArn": "arn:aws:iam::000000000000:oidc-provider/idp.example"}, 5},
		"ListPolicyVersions":            {arn, 5}, "ListEntitiesForPolicy": {arn, 15}, "ListGroupsForUser": {user, 5}, "GetGroup": {group, 5},
		"ListAccessKeys": {user, 2}, "ListAccountAliases": {none, 1}, "GetAccountAuthorizationDetails": {none, 20},
		"SimulateCustomPolicy":    {map[string]any{"PolicyInputList": []any{anyS3}, "ActionNames": []any{"s3:a", "s3:b", "s3:c"}}, 3},
		"SimulatePrincipalPolicy": {map[string]any{"PolicySourceArn": "arn:aws:iam::000000000000:user/p0", "ActionNames": []any{"s3:a", "s3:b", "s3:c"}}, 3},
		// What nobody has here.
		"ListSAMLProviderTags": {}, "ListMFADevices": {}, "ListVirtualMFADevices": {}, "ListSigningCertificates": {}, "ListSSHPublicKeys": {},
		"ListServiceSpecificCredentials": {}, "ListInstanceProfiles": {}, "ListInstanceProfilesForRole": {},
	}
	for name := range r.pagedOperations() {
		if _, ok := lists[name]; !ok {
			t.Errorf("%s has pages that aren't tried", name)
		}
	}
	for operation, l := range lists {
		if l.items == 0 {
			continue
		}
		t.Run(operation, func(t *testing.T) {
			r := reader{t, r.cfg, r.iam}
			whole := r.read(r.do(operation, l.input))
			if len(whole.items) != l.items || whole.truncated != "false" || whole.marker != "" {
				t.Fatalf("there are %d items, want %d: %+v", len(whole.items), l.items, whole)
			}
			for size := range l.items + 1 {
				r.pages(operation, l.input, size+1, whole.items)
			}
		})
	}
}

// pages reads all pages of that size.
func (r reader) pages(operation string, input map[string]any, size int, want []string) {
	r.Helper()
	var got []string
	in := with(input, "MaxItems", size)
	for {
		page := r.read(r.do(operation, in))
		got = append(got, page.items...)
		if len(page.items) > size || (page.truncated == "true") != (page.marker != "") {
			r.Fatalf("a page of %d is %+v", size, page)
		}
		if page.marker == "" {
			break
		}
		in = with(in, "Marker", page.marker)
	}
	if !slices.Equal(byList(got), byList(want)) {
		r.Errorf("pages of %d hold\n%q, want\n%q", size, got, want)
	}
}

// byList sorts items by the list that they are on: one page may end within a list,
// before others begin.
func byList(items []string) []string {
	return slices.SortedStableFunc(slices.Values(items), func(x, y string) int {
		listX, _, _ := strings.Cut(x, " ")
		listY, _, _ := strings.Cut(y, " ")
		return strings.Compare(listX, listY)
	})
}

// pagedOperations returns the operations whose input has a marker.
func (r reader) pagedOperations() map[string]bool {
	paged := map[string]bool{}
	for i := range r.iam.Operations {
		if _, ok := r.iam.Operations[i].In().FieldByName("Marker"); ok {
			paged[r.iam.Operations[i].Name] = true
		}
	}
	return paged
}
