// SPDX-License-Identifier: Apache-2.0

package bailiwick_test

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/crashtest/client"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// leftoverTime bounds how long the server may take to remove what was deleted.
const leftoverTime = time.Minute

// leftovers waits until nothing is in the store that no table and no stream
// reaches: what was deleted before a power cut is removed after it.
func (s *shell) leftovers() error {
	c, err := client.Dial(s.host)
	if err != nil {
		return err
	}
	defer c.Close()
	for deadline := time.Now().Add(leftoverTime); ; time.Sleep(10 * time.Millisecond) {
		tables, streams, err := s.named(c)
		if err != nil {
			return err
		}
		if err = s.unnamed(tables, streams); err == nil {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%w: %w", errWrong, err)
		}
	}
}

// named returns how many indexes each table has, by the table's id, and how many
// streams there are.
func (s *shell) named(c *client.Client) (tables map[string]int, streams int, err error) {
	var list struct{ TableNames []string }
	a, err := c.Dynamo(s.owner(), "ListTables", client.Object{})
	if err := client.Need(a, err, &list); err != nil {
		return nil, 0, err
	}
	tables = map[string]int{}
	for _, name := range list.TableNames {
		var out struct {
			Table struct {
				TableId                                       string
				GlobalSecondaryIndexes, LocalSecondaryIndexes []struct{}
			}
		}
		a, err := c.Dynamo(s.owner(), "DescribeTable", client.Object{"TableName": name})
		if err := client.Need(a, err, &out); err != nil {
			return nil, 0, err
		}
		t := &out.Table
		tables[strings.ReplaceAll(t.TableId, "-", "")] = len(t.GlobalSecondaryIndexes) + len(t.LocalSecondaryIndexes)
	}
	var all struct{ Streams []struct{} }
	a, err = c.JSON(s.owner(), "dynamodb", "DynamoDBStreams_20120810.ListStreams", "1.0", client.Object{})
	err = client.Need(a, err, &all)
	return tables, len(all.Streams), err
}

// unnamed returns an error if there are keys of anything else than the tables, so
// many indexes of each, and that many streams.
func (s *shell) unnamed(tables map[string]int, streams int) error {
	found := map[string]map[string]bool{} // prefixes of indexes, by the id of what has them
	err := s.srv.Store().View(s.t.Context(), func(tx *storage.Tx) error {
		clear(found)
		trash := tx.Scan(storage.Range{Lo: []byte{byte(storage.Trash)}, Hi: []byte{byte(storage.Trash) + 1}})
		if trash.Next() {
			return errors.New("the trash is not empty")
		}
		return errors.Join(trash.Close(), ids(tx, found))
	})
	if err != nil {
		return err
	}
	others := 0
	for id, indexes := range found {
		if most, ok := tables[id]; !ok {
			others++
		} else if len(indexes) > most {
			return fmt.Errorf("table %s has %d indexes, and there are entries of %d", id, most, len(indexes))
		}
	}
	if others > streams {
		return fmt.Errorf("%d ids besides those of tables have keys, and there are %d streams", others, streams)
	}
	return nil
}

// ids adds the id of everything that keeps data, and of its indexes.
func ids(tx *storage.Tx, found map[string]map[string]bool) error {
	const (
		idSize      = 16
		indexesPart = 0x01
		indexIDSize = 4
	)
	c := tx.Scan(storage.Range{Lo: []byte{byte(storage.Data)}, Hi: []byte{byte(storage.Data) + 1}})
	for ok := c.Next(); ok; {
		key := c.Key()
		_, rest, err := storage.DecodeString(key[1:]) // account
		if err == nil {
			_, rest, err = storage.DecodeString(rest) // region
		}
		if err != nil || len(rest) <= idSize {
			return fmt.Errorf("a key of nothing: %x", key)
		}
		id, skip := hex.EncodeToString(rest[:idSize]), len(key)-len(rest)+idSize+1
		if found[id] == nil {
			found[id] = map[string]bool{}
		}
		if rest[idSize] == indexesPart {
			skip += indexIDSize
			found[id][string(key[:skip])] = true
		}
		ok = c.Seek(storage.PrefixEnd(key[:skip]))
	}
	return c.Close()
}
