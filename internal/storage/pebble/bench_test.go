// SPDX-License-Identifier: Apache-2.0

package pebble_test

import (
	"context"
	"encoding/binary"
	"log/slog"
	"sync/atomic"
	"testing"

	engine "github.com/cockroachdb/pebble/v2"

	"github.com/bailiwick-dev/bailiwick/internal/storage/driver"
	"github.com/bailiwick-dev/bailiwick/internal/storage/pebble"
)

// writers is how many goroutines write at once, for each processor.
const writers = 32

var value = make([]byte, 400)

func benchKey(n uint64) []byte {
	return binary.BigEndian.AppendUint64([]byte("bench/"), n*0x9e3779b97f4a7c15)
}

func openDisk(b *testing.B) driver.DB {
	db, err := pebble.Open(b.TempDir(), pebble.Options{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := db.Close(); err != nil {
			b.Error(err)
		}
	})
	return db
}

func openBare(b *testing.B) *engine.DB {
	db, err := engine.Open(b.TempDir(), &engine.Options{
		MemTableSize: 16 << 20, FormatMajorVersion: engine.FormatNewest, Logger: quiet{},
	})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := db.Close(); err != nil {
			b.Error(err)
		}
	})
	return db
}

type quiet struct{}

func (quiet) Infof(string, ...any)         {}
func (quiet) Errorf(string, ...any)        {}
func (quiet) Fatalf(f string, args ...any) { panic(f) }

func BenchmarkPut(b *testing.B) {
	b.Run("bare", func(b *testing.B) {
		db := openBare(b)
		parallel(b, func(n uint64) error { return db.Set(benchKey(n), value, engine.Sync) })
	})
	b.Run("blind", func(b *testing.B) {
		db := openDisk(b)
		parallel(b, func(n uint64) error {
			return db.Update(context.Background(), func(w driver.Writer) error { return w.Put(benchKey(n), value) })
		})
	})
	b.Run("after a read", func(b *testing.B) {
		db := openDisk(b)
		parallel(b, func(n uint64) error {
			return db.Update(context.Background(), func(w driver.Writer) error {
				key := benchKey(n)
				_, _ = w.Get(key)
				return w.Put(key, value)
			})
		})
	})
	b.Run("one contended key", func(b *testing.B) {
		db := openDisk(b)
		key := []byte("hot")
		parallel(b, func(uint64) error {
			return db.Update(context.Background(), func(w driver.Writer) error {
				_, _ = w.Get(key)
				return w.Put(key, value)
			})
		})
	})
}

func parallel(b *testing.B, f func(n uint64) error) {
	var n atomic.Uint64
	b.SetParallelism(writers)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := f(n.Add(1)); err != nil {
				b.Error(err)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "ops/s")
}

const stored = 10_000

func BenchmarkGet(b *testing.B) {
	b.Run("bare", func(b *testing.B) {
		db := openBare(b)
		for n := range uint64(stored) {
			if err := db.Set(benchKey(n), value, engine.NoSync); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportAllocs()
		for n := uint64(0); b.Loop(); n++ {
			_, closer, err := db.Get(benchKey(n % stored))
			if err != nil {
				b.Fatal(err)
			}
			closer.Close()
		}
	})
	db := openDisk(b)
	err := db.Update(context.Background(), func(w driver.Writer) error {
		for n := range uint64(stored) {
			if err := w.Put(benchKey(n), value); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	for name, get := range map[string]func(key []byte) error{
		"outside": func(key []byte) error {
			return db.Get(context.Background(), key, func([]byte) error { return nil })
		},
		"in a View": func(key []byte) error {
			return db.View(context.Background(), func(r driver.Reader) error {
				_, err := r.Get(key)
				return err
			})
		},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for n := uint64(0); b.Loop(); n++ {
				if err := get(benchKey(n % stored)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
