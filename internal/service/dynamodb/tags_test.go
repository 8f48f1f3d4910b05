// SPDX-License-Identifier: Apache-2.0

package dynamodb_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// TestChangesOfOneTableTogetherAllCount: changes of a table's description that are
// made at the same time are made one after the other, and none undoes another.
func TestChangesOfOneTableTogetherAllCount(t *testing.T) {
	db := connect(t)
	create(t, db, "Tab", "pk")
	arn := aws.String(inAccount + "Tab")
	const changes = 12
	var wg sync.WaitGroup
	for i := range changes {
		wg.Go(func() {
			_, err := db.TagResource(t.Context(), &dynamodb.TagResourceInput{ResourceArn: arn, Tags: []types.Tag{{Key: aws.String(fmt.Sprint("k", i)), Value: aws.String("v")}}})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Go(func() {
		_, err := db.UpdateTable(t.Context(), &dynamodb.UpdateTableInput{TableName: arn, TableClass: types.TableClassStandardInfrequentAccess})
		if err != nil {
			t.Error(err)
		}
	})
	wg.Go(func() {
		const document = `{"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":"*","Action":"dynamodb:Scan","Resource":"*"}}`
		if _, err := db.PutResourcePolicy(t.Context(), &dynamodb.PutResourcePolicyInput{ResourceArn: arn, Policy: aws.String(document)}); err != nil {
			t.Error(err)
		}
	})
	wg.Wait()
	tags, err := db.ListTagsOfResource(t.Context(), &dynamodb.ListTagsOfResourceInput{ResourceArn: arn})
	if err != nil || len(tags.Tags) != changes {
		t.Errorf("of %d tags there are %d: %v", changes, len(tags.Tags), err)
	}
	if d := describe(t, db, "Tab"); d.TableClassSummary == nil {
		t.Error("the class is lost")
	}
	if _, err := db.GetResourcePolicy(t.Context(), &dynamodb.GetResourcePolicyInput{ResourceArn: arn}); err != nil {
		t.Errorf("the policy is lost: %v", err)
	}
}

// TestTagsHaveBounds: fifty tags, and one more.
func TestTagsHaveBounds(t *testing.T) {
	db := connect(t)
	create(t, db, "Tab", "pk")
	arn := aws.String(inAccount + "Tab")
	var fifty []types.Tag
	for i := range 50 {
		fifty = append(fifty, types.Tag{Key: aws.String(fmt.Sprint("k", i)), Value: aws.String("v")})
	}
	if _, err := db.TagResource(t.Context(), &dynamodb.TagResourceInput{ResourceArn: arn, Tags: fifty}); err != nil {
		t.Fatal(err)
	}
	_, err := db.TagResource(t.Context(), &dynamodb.TagResourceInput{ResourceArn: arn, Tags: []types.Tag{{Key: aws.String("more"), Value: aws.String("v")}}})
	wantError(t, err, validation, omPrefix+"Number of tags exceeds the limit of 50")
	if _, err := db.TagResource(t.Context(), &dynamodb.TagResourceInput{ResourceArn: arn, Tags: fifty[:1]}); err != nil {
		t.Errorf("a tag that is there already: %v", err)
	}
}
