// SPDX-License-Identifier: Apache-2.0

package pebble

// Err implements driver.Reporter.
func (d *DB) Err() error {
	if err := d.current.Load().err(); err != nil {
		return err
	}
	return d.room.glance()
}
