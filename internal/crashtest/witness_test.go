// SPDX-License-Identifier: Apache-2.0

package crashtest

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/bailiwick-dev/bailiwick/internal/crashtest/client"
	"github.com/bailiwick-dev/bailiwick/internal/crashtest/history"
)

// A witness remembers what others were shown of a writer's things: whatever
// was shown has happened, and no crash undoes it. It is safe for concurrent
// use.
type witness struct {
	mu     sync.Mutex
	newest map[string]int // number, by thing
}

// saw notes that the thing was shown with that number, which only rises.
func (w *witness) saw(thing string, number int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.newest == nil {
		w.newest = map[string]int{}
	}
	w.newest[thing] = max(w.newest[thing], number)
}

// check compares what was shown with the number that the thing has now.
func (w *witness) check(thing string, number int) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if shown := w.newest[thing]; shown > number {
		return fmt.Errorf("%s: found number %d, but a read had returned %d", thing, number, shown)
	}
	return nil
}

// groupImage is a group of items as the batch of that number leaves it: every
// third batch deletes some.
func groupImage(number int) []string {
	image := make([]string, groupSize)
	for i := range image {
		image[i] = strconv.Itoa(number)
		if number%3 == 0 && i/2%2 == 0 {
			image[i] = history.None
		}
	}
	return image
}

// groupNumber is the number of the batch that left the group as it is, 0 for
// none, and an error if no batch leaves a group like that.
func groupNumber(image []string) (int, error) {
	number := 0
	for _, v := range image {
		if v != history.None {
			var err error
			if number, err = strconv.Atoi(v); err != nil {
				return 0, errors.New(v)
			}
		}
	}
	if number == 0 || slices.Equal(image, groupImage(number)) {
		return number, nil
	}
	return 0, fmt.Errorf("half a batch: %v", image)
}

// groupThing is what the witness calls a group.
func (w *writer) groupThing(g int) string { return w.name + " " + groupKey(g) }

// tableNumber numbers what happens to a table that is made again and again.
func tableNumber(generation, items int) int { return generation*(tableItems+1) + items }

// watch looks at what another writer may just be changing.
func (w *writer) watch() error {
	other := w.world.writers[w.rnd.IntN(writers)]
	if w.rnd.IntN(2) == 0 {
		return w.watchGroup(other, w.rnd.IntN(groups))
	}
	return w.watchTable(w.world.writers[w.rnd.IntN(writers)/4*4])
}

// watchGroup reads a group in one snapshot: it must be as one batch left it.
func (w *writer) watchGroup(other *writer, g int) error {
	keys := map[string][]object{}
	for i := range groupSize {
		t := itemTables[i%2]
		keys[t] = append(keys[t], client.PrimaryKey(other.name, fmt.Sprintf("%s-%d", groupKey(g), i)))
	}
	request := object{}
	for t, k := range keys {
		request[t] = object{"Keys": k, "ConsistentRead": true}
	}
	a, err := w.c.Dynamo(w.world.root, "BatchGetItem", object{"RequestItems": request})
	var out struct{ Responses map[string][]stored }
	if err := client.Need(a, err, &out); err != nil {
		return err
	}
	image := emptyGroup()
	for _, items := range out.Responses {
		for _, it := range items {
			i, err := strconv.Atoi(strings.TrimPrefix(it.SK.S, groupKey(g)+"-"))
			if err != nil {
				return err
			}
			image[i] = it.value()
		}
	}
	number, err := groupNumber(image)
	if err != nil {
		return fmt.Errorf("a read of %s: %w", other.groupThing(g), err)
	}
	w.world.witness.saw(other.groupThing(g), number)
	return nil
}

// watchTable scans a table that is made again and again: all that is in it
// must be of one generation.
func (w *writer) watchTable(other *writer) error {
	a, err := w.c.Dynamo(w.world.root, "Scan", object{"TableName": other.tableName(), "ConsistentRead": true})
	if err == nil && a.Is("ResourceNotFoundException") {
		return nil
	}
	var out struct{ Items []stored }
	if err := client.Need(a, err, &out); err != nil {
		return err
	}
	generation, err := generationOf(out.Items)
	if err != nil {
		return fmt.Errorf("a read of %s: %w", other.tableName(), err)
	}
	w.world.witness.saw(other.tableName(), tableNumber(generation, len(out.Items)))
	return nil
}

// generationOf is the generation of a table with those items, 0 if it has
// none: they are put one after the other.
func generationOf(items []stored) (int, error) {
	generation := 0
	for i, it := range items {
		n, err := strconv.Atoi(it.value())
		if err != nil {
			return 0, errors.New(it.value())
		}
		if i > 0 && n != generation || it.SK.S != strconv.Itoa(i) {
			return 0, fmt.Errorf("items of other generations, or with gaps: %+v", items)
		}
		generation = n
	}
	return generation, nil
}

// verifyWitness compares what others were shown with what is there after the
// crash.
func (w *writer) verifyWitness(seen map[string]string) error {
	var errs []error
	for g := range groups {
		number, err := groupNumber(strings.Fields(seen[groupKey(g)]))
		errs = append(errs, err, w.world.witness.check(w.groupThing(g), number))
	}
	// A table that isn't there was deleted after whatever was shown of it: the
	// history says whether that may be.
	if table, ok := seen["table"]; ok {
		number := tableNumber(w.control.generation, len(tableItemsOf(table)))
		errs = append(errs, w.world.witness.check(w.tableName(), number))
	}
	return errors.Join(errs...)
}
