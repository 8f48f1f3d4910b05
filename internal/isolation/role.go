// SPDX-License-Identifier: Apache-2.0

package isolation

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"github.com/bailiwick-dev/bailiwick/tenant"
)

const (
	userPath = "/bailiwick-demo/"
	userName = "tvm-developer"

	serviceRole = "TrackingServiceRole" // may assume the others, and reach no data
	accessRole  = "TrackingAccessRole"  // reaches the data of the tenant it is tagged with
	vendingRole = "TenantVendingRole"   // reaches all data, less what a session policy takes away
	scanRole    = "TrackingScanRole"    // a mistake, to be shown
	tenantRole  = "tracking-"           // and the tenant's id: reaches that tenant's data

	// roleMark is the description of every role of a world, by which a role
	// that Build made is known from one that happens to have the same name.
	roleMark = "made by the Bailiwick demonstration"
)

// AWS's identity services take some seconds to see what was created.
const (
	settleTime  = 30 * time.Second
	settlePause = time.Second
)

// settle calls f again, for a while, as long as what it returns may come from a
// change that is not visible yet.
func settle(ctx context.Context, pending func(error) bool, f func() error) error {
	for deadline := time.Now().Add(settleTime); ; {
		err := f()
		if !pending(err) || time.Now().After(deadline) {
			return err
		}
		if err := sleep(ctx, settlePause); err != nil {
			return err
		}
	}
}

// notYet reports whether err is what becomes of a call for which something was
// created that is not visible yet.
func notYet(err error) bool {
	api, ok := errors.AsType[smithy.APIError](err)
	if !ok {
		return false
	}
	switch api.ErrorCode() {
	case "AccessDenied", "AccessDeniedException", "InvalidClientTokenId", "UnrecognizedClientException", "MalformedPolicyDocument", "NoSuchEntity":
		return true
	}
	return false
}

// A role is one that a world needs: who may assume it, and what it may do then.
type role struct {
	name     string
	trust    document
	policies map[string]document // by name
}

// makeService creates the user and the role of the tracking service, and
// assumes the role as the user. A root user could not.
func (w *World) makeService(ctx context.Context) error {
	user, err := w.makeUser(ctx)
	if err != nil {
		return fmt.Errorf("user %s: %w", userName, err)
	}
	if err := w.makeRole(ctx, role{name: serviceRole, trust: trust(w.account.user())}); err != nil {
		return err
	}
	as := w.cfg.AWS.Copy()
	as.Credentials = user
	provider := stscreds.NewAssumeRoleProvider(sts.NewFromConfig(as), w.account.role(serviceRole), func(o *stscreds.AssumeRoleOptions) {
		o.RoleSessionName = "shipment-service"
		o.Duration = time.Hour
	})
	w.service = w.cfg.AWS.Copy()
	w.service.Credentials = aws.NewCredentialsCache(provider, func(o *aws.CredentialsCacheOptions) { o.ExpiryWindow = 5 * time.Minute })
	if err := settle(ctx, notYet, func() error { _, err := w.service.Credentials.Retrieve(ctx); return err }); err != nil {
		return fmt.Errorf("assuming %s: %w", serviceRole, err)
	}
	return nil
}

// makeUser creates the user, or finds the one that was created before, and
// gives the user a new access key in place of any other.
func (w *World) makeUser(ctx context.Context) (aws.CredentialsProvider, error) {
	name := aws.String(userName)
	_, err := w.iam.CreateUser(ctx, &iam.CreateUserInput{UserName: name, Path: aws.String(userPath)})
	if _, exists := errors.AsType[*types.EntityAlreadyExistsException](err); exists {
		err = w.takeOverUser(ctx)
	}
	if err != nil {
		return nil, err
	}
	out, err := w.iam.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: name})
	if err != nil {
		return nil, err
	}
	k := out.AccessKey
	return credentials.NewStaticCredentialsProvider(aws.ToString(k.AccessKeyId), aws.ToString(k.SecretAccessKey), ""), nil
}

// takeOverUser makes sure that the user was created by an earlier Build, and
// deletes the access keys that were left.
func (w *World) takeOverUser(ctx context.Context) error {
	name := aws.String(userName)
	user, err := w.iam.GetUser(ctx, &iam.GetUserInput{UserName: name})
	if err != nil {
		return err
	}
	if path := aws.ToString(user.User.Path); path != userPath {
		return fmt.Errorf("a user of that name exists, of path %s instead of %s", path, userPath)
	}
	keys, err := w.iam.ListAccessKeys(ctx, &iam.ListAccessKeysInput{UserName: name})
	if err != nil {
		return err
	}
	for _, k := range keys.AccessKeyMetadata {
		if _, err := w.iam.DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{UserName: name, AccessKeyId: k.AccessKeyId}); err != nil {
			return err
		}
	}
	return nil
}

// makeRoles creates the roles that tenants' credentials come from.
func (w *World) makeRoles(ctx context.Context) error {
	user, service := w.account.user(), w.account.role(serviceRole)
	roles := []role{
		{accessRole, w.account.taggedTrust(), map[string]document{
			"TrackingAccessPolicy": w.account.trackingRead(),
			"TrackingWritePolicy":  w.account.trackingWrite(),
			"EmployeePolicy":       everything(tagVariable, w.account.table(employees)),
		}},
		{vendingRole, trust(user, service), map[string]document{"AllTables": fullAccess()}},
	}
	for _, id := range w.tenants {
		roles = append(roles, w.roleOf(id))
	}
	return w.each(ctx, "roles", len(roles), func(ctx context.Context, i int) error { return w.makeRole(ctx, roles[i]) })
}

// roleOf is the role that belongs to one tenant only.
func (w *World) roleOf(id tenant.ID) role {
	return role{
		name:     tenantRole + string(id),
		trust:    trust(w.account.role(serviceRole)),
		policies: map[string]document{"OwnItems": everything(string(id), w.account.allTables()...)},
	}
}

// makeRole creates a role, or brings one that was created before up to date.
func (w *World) makeRole(ctx context.Context, r role) error {
	name, trust := aws.String(r.name), aws.String(r.trust.compact())
	err := settle(ctx, notYet, func() error {
		_, err := w.iam.CreateRole(ctx, &iam.CreateRoleInput{RoleName: name, AssumeRolePolicyDocument: trust, Description: aws.String(roleMark)})
		return err
	})
	if _, exists := errors.AsType[*types.EntityAlreadyExistsException](err); exists {
		err = w.takeOverRole(ctx, name, trust)
	}
	if err != nil {
		return fmt.Errorf("role %s: %w", r.name, err)
	}
	for policy, doc := range r.policies {
		if err := w.putRolePolicy(ctx, r.name, policy, doc); err != nil {
			return err
		}
	}
	return nil
}

// takeOverRole makes sure that the role was created by an earlier Build, and
// puts its trust policy in place.
func (w *World) takeOverRole(ctx context.Context, name, trust *string) error {
	out, err := w.iam.GetRole(ctx, &iam.GetRoleInput{RoleName: name})
	if err != nil {
		return err
	}
	if aws.ToString(out.Role.Description) != roleMark {
		return errors.New("a role of that name exists that is not " + roleMark)
	}
	_, err = w.iam.UpdateAssumeRolePolicy(ctx, &iam.UpdateAssumeRolePolicyInput{RoleName: name, PolicyDocument: trust})
	return err
}

func (w *World) putRolePolicy(ctx context.Context, role, policy string, doc document) error {
	_, err := w.iam.PutRolePolicy(ctx, &iam.PutRolePolicyInput{
		RoleName: &role, PolicyName: &policy, PolicyDocument: aws.String(doc.compact()),
	})
	if err != nil {
		return fmt.Errorf("policy %s of role %s: %w", policy, role, err)
	}
	return nil
}
