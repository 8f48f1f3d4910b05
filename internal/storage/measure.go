// SPDX-License-Identifier: Apache-2.0

package storage

import "github.com/bailiwick-dev/bailiwick/internal/storage/driver"

// Measures are how a store is doing.
type Measures = driver.Measures

// Measure returns how the store is doing, or false if its engine doesn't say.
func (db *DB) Measure() (Measures, bool) {
	m, ok := db.d.(driver.Measurer)
	if !ok {
		return Measures{}, false
	}
	return m.Measure(), true
}

// Err returns nil, or why changes are refused at present, which [IsOutage] knows. It
// doesn't wait for the disk.
func (db *DB) Err() error {
	if r, ok := db.d.(driver.Reporter); ok {
		return r.Err()
	}
	return nil
}
