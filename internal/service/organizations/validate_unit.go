// SPDX-License-Identifier: Apache-2.0

package organizations

// Kinds of nodes.
const (
	kindRoot    = "ROOT"
	kindUnit    = "ORGANIZATIONAL_UNIT"
	kindAccount = "ACCOUNT"
)

func (in *createOrganizationalUnitInput) Validate() error {
	var k checker
	k.matches("ParentId", in.ParentId, parentPattern)
	k.text("Name", in.Name, 1, 128)
	k.tags(in.Tags)
	return k.err
}

func (in *describeOrganizationalUnitInput) Validate() error {
	var k checker
	k.matches("OrganizationalUnitId", in.OrganizationalUnitId, unitPattern)
	return k.err
}

func (in *updateOrganizationalUnitInput) Validate() error {
	var k checker
	k.matches("OrganizationalUnitId", in.OrganizationalUnitId, unitPattern)
	if in.Name != nil {
		k.text("Name", *in.Name, 1, 128)
	}
	return k.err
}

func (in *deleteOrganizationalUnitInput) Validate() error {
	var k checker
	k.matches("OrganizationalUnitId", in.OrganizationalUnitId, unitPattern)
	return k.err
}

func (in *listOrganizationalUnitsForParentInput) Validate() error {
	var k checker
	k.matches("ParentId", in.ParentId, parentPattern)
	k.page(in.MaxResults, in.NextToken)
	return k.err
}

func (in *listParentsInput) Validate() error {
	var k checker
	k.matches("ChildId", in.ChildId, childPattern)
	k.page(in.MaxResults, in.NextToken)
	return k.err
}

func (in *listChildrenInput) Validate() error {
	var k checker
	k.matches("ParentId", in.ParentId, parentPattern)
	k.enum("ChildType", in.ChildType, kindAccount, kindUnit)
	k.page(in.MaxResults, in.NextToken)
	return k.err
}
