// SPDX-License-Identifier: Apache-2.0

// Package clienttest has the clients that people use take a role through its whole
// life: the AWS CLI and the AWS SDKs for Go, Python and JavaScript. All must see
// the same.
package clienttest
