package transporttest

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"
)

// block is what bulk data repeats: random, so that every byte value and every
// pair of values is there, and of a prime length, so that it lies differently
// in every buffer.
var block = func() []byte {
	rnd := rand.New(rand.NewPCG(854, 1143))
	p := make([]byte, 1_000_003)
	for i := range p {
		p[i] = byte(rnd.Uint32())
	}
	return p
}()

func bulkSize() int {
	if testing.Short() {
		return 8 << 20
	}
	return 100 << 20
}

// send writes size bytes of the endless repetition of block.
func send(w io.Writer, size int) error {
	for size > 0 {
		n, err := w.Write(block[:min(size, len(block))])
		if err != nil {
			return fmt.Errorf("write: %w", err)
		}
		size -= n
	}
	return nil
}

// receive reads size bytes and compares them with what send writes.
func receive(r io.Reader, size int) error {
	p := make([]byte, 64<<10)
	for at := 0; at < size; {
		n, err := r.Read(p[:min(len(p), size-at)])
		for got := p[:n]; len(got) > 0; {
			want := block[at%len(block):]
			want = want[:min(len(want), len(got))]
			if !bytes.Equal(got[:len(want)], want) {
				return fmt.Errorf("the bytes near %d are wrong", at)
			}
			at, got = at+len(want), got[len(want):]
		}
		if err != nil && at < size {
			return fmt.Errorf("read: %w after %d of %d bytes", err, at, size)
		}
	}
	return nil
}

// flood writes until it fails, as a peer that never stops.
func flood(w io.Writer) error {
	for {
		if err := send(w, len(block)); err != nil {
			return err
		}
	}
}

// drain reads until it fails.
func drain(r io.Reader) error {
	p := make([]byte, 64<<10)
	for {
		if _, err := r.Read(p); err != nil {
			return err
		}
	}
}

// readAll is what a reader gives until its end of file.
func readAll(t *testing.T, r io.Reader) (got []byte) {
	t.Helper()
	within(t, "reading up to the end of file", func() {
		var err error
		if got, err = io.ReadAll(r); err != nil {
			t.Errorf("read: %v", err)
		}
	})
	return got
}

// expect reads just what want holds.
func expect(t *testing.T, who string, r io.Reader, want string) {
	t.Helper()
	within(t, who+" reading", func() {
		got := make([]byte, len(want))
		if n, err := io.ReadFull(r, got); err != nil || string(got) != want {
			t.Errorf("%s read %q, %v; want %q", who, got[:n], err, want)
		}
	})
}

// say writes all of text.
func say(t *testing.T, who string, w io.Writer, text string) {
	t.Helper()
	within(t, who+" writing", func() {
		if n, err := io.WriteString(w, text); err != nil || n != len(text) {
			t.Errorf("%s: Write = %d, %v; want %d", who, n, err, len(text))
		}
	})
}
