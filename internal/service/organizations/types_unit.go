// SPDX-License-Identifier: Apache-2.0

package organizations

type organizationalUnit struct {
	Arn  string
	Id   string
	Name string
	Path string
}

type createOrganizationalUnitInput struct {
	Name     string
	ParentId string
	Tags     []tag

	id string // that needs have made up
}

type createOrganizationalUnitOutput struct{ OrganizationalUnit organizationalUnit }

type describeOrganizationalUnitInput struct{ OrganizationalUnitId string }

type describeOrganizationalUnitOutput struct{ OrganizationalUnit organizationalUnit }

type updateOrganizationalUnitInput struct {
	OrganizationalUnitId string
	Name                 *string
}

type updateOrganizationalUnitOutput struct{ OrganizationalUnit organizationalUnit }

type deleteOrganizationalUnitInput struct{ OrganizationalUnitId string }

type deleteOrganizationalUnitOutput struct{}

type listOrganizationalUnitsForParentInput struct {
	ParentId   string
	MaxResults *int32
	NextToken  *string
}

type listOrganizationalUnitsForParentOutput struct {
	OrganizationalUnits []organizationalUnit
	NextToken           *string
}

type listParentsInput struct {
	ChildId    string
	MaxResults *int32
	NextToken  *string
}

type listParentsOutput struct {
	Parents   []node
	NextToken *string
}

type listChildrenInput struct {
	ChildType  string
	ParentId   string
	MaxResults *int32
	NextToken  *string
}

type listChildrenOutput struct {
	Children  []node
	NextToken *string
}

// A node is a parent or a child.
type node struct{ Id, Type string }
