// SPDX-License-Identifier: Apache-2.0

// Package lint finds in policy documents what lets one tenant reach another's
// data, and what AWS would not save.
//
// A [Linter] reads a document as it stands in a file: with its mistakes, with
// comments, and with the placeholders of a template. Each [Finding] has the
// place of the offending value, a request that the document allows though it
// should not, and the edit that mends it. Neither is a guess: the request has
// been decided by package policy, and the edit has been applied and the result
// read again. What could not be shown that way is left out.
//
// The linter knows the actions of the AWS services whose data tenants share by
// name, and what it is told by a catalogue. Of other services it says nothing.
package lint
