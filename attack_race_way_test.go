// SPDX-License-Identifier: Apache-2.0

package bailiwick_test

// relays returns a relay for each way in which a permission can be moved.
func (f *fray) relays() (all []*relay) {
	for name, make := range map[string]func(*relay){
		"inline": (*relay).inline, "deleted": (*relay).deleted, "attached": (*relay).attached,
		"boundary": (*relay).boundary, "user": (*relay).user, "tags": (*relay).tags, "session": (*relay).session,
	} {
		r := &relay{fray: f, name: name}
		make(r)
		all = append(all, r)
	}
	return all
}

// holder makes the relay's role, under a policy of its own, and its session.
func (r *relay) holder(policy string) {
	r.role(r.name, policy)
	r.who = keysOf(r.t, r.assume(r.vendor, r.name, nil))
}

// inline replaces the role's inline policy.
func (r *relay) inline() {
	r.holder(allowNothing)
	r.way = way{give: func(leg int) { r.putRolePolicy(leg) }}
}

func (r *relay) putRolePolicy(leg int) {
	r.change("iam", "PutRolePolicy", map[string]any{"RoleName": r.name, "PolicyName": "p", "PolicyDocument": r.policy(leg)})
}

// deleted deletes the role's inline policy and puts another.
func (r *relay) deleted() {
	r.holder(allowNothing)
	r.way = way{
		take: func(int) {
			r.change("iam", "DeleteRolePolicy", map[string]any{"RoleName": r.name, "PolicyName": "p"})
		},
		give: r.putRolePolicy,
	}
}

// managed is a managed policy for each leg.
func (r *relay) managed(leg int) string { return "arn:aws:iam::000000000000:policy/" + r.item(leg) }

func (r *relay) createManaged(leg int) { r.createPolicy(r.item(leg), leg) }

func (r *relay) createPolicy(name string, leg int) {
	r.change("iam", "CreatePolicy", map[string]any{"PolicyName": name, "PolicyDocument": r.policy(leg)})
}

func (r *relay) deletePolicy(arn string) {
	r.change("iam", "DeletePolicy", map[string]any{"PolicyArn": arn})
}

func (r *relay) deleteLast(leg int) {
	if leg > 1 {
		r.deletePolicy(r.managed(leg - 1))
	}
}

// attached detaches a managed policy from the role and attaches the next.
func (r *relay) attached() {
	r.holder(allowNothing)
	attach := func(op string, leg int) {
		r.change("iam", op, map[string]any{"RoleName": r.name, "PolicyArn": r.managed(leg)})
	}
	r.way = way{
		prepare: r.createManaged,
		take: func(leg int) {
			if leg > 1 {
				attach("DetachRolePolicy", leg-1)
			}
		},
		give:  func(leg int) { attach("AttachRolePolicy", leg) },
		clean: r.deleteLast,
	}
}

// boundary replaces the permissions boundary of a role that is allowed
// everything otherwise.
func (r *relay) boundary() {
	r.holder(allowAll)
	r.way = way{
		prepare: r.createManaged,
		give: func(leg int) {
			r.change("iam", "PutRolePermissionsBoundary", map[string]any{"RoleName": r.name, "PermissionsBoundary": r.managed(leg)})
		},
		clean: r.deleteLast,
	}
}

// user replaces the inline policy of a user.
func (r *relay) user() {
	r.who = keysOf(r.t, r.siege.user(r.root, r.name, allowNothing))
	r.way = way{give: func(leg int) {
		r.change("iam", "PutUserPolicy", map[string]any{"UserName": r.name, "PolicyName": "p", "PolicyDocument": r.policy(leg)})
	}}
}

// tags changes what the policy of a user goes by: the user's tags.
func (r *relay) tags() {
	r.who = keysOf(r.t, r.siege.user(r.root, r.name, relayText("${aws:PrincipalTag/Work}", "${aws:PrincipalTag/Close}")))
	r.way = way{give: func(leg int) {
		r.change("iam", "TagUser", map[string]any{"UserName": r.name, "Tags": []any{
			map[string]any{"Key": "Work", "Value": r.item(leg)},
			map[string]any{"Key": "Close", "Value": r.item(leg - 1)},
		}})
	}}
}

// session makes anew the managed policy that limits a session; without it the
// session may do nothing.
func (r *relay) session() {
	const name = "session-limit"
	arn := "arn:aws:iam::000000000000:policy/" + name
	r.role(r.name, allowAll)
	r.createPolicy(name, 0)
	cfg := r.assume(r.vendor, r.name, map[string]any{"PolicyArns": []any{map[string]any{"arn": arn}}})
	r.who = keysOf(r.t, cfg)
	r.way = way{
		take: func(int) { r.deletePolicy(arn) },
		give: func(leg int) { r.createPolicy(name, leg) },
	}
}
