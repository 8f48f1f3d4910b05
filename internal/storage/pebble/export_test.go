// SPDX-License-Identifier: Apache-2.0

package pebble

import "github.com/bailiwick-dev/bailiwick/internal/storage/driver"

// OpenSmall opens a store whose memory holds so little that the engine makes new
// logs, tables and manifests all the time.
func OpenSmall(dir string, o Options) (driver.DB, error) {
	db, err := open(dir, o, 64<<10)
	if err != nil {
		return nil, err
	}
	return db, nil
}
