package layers

import (
	"os"
	"testing"

	"github.com/vtynet/vty/platform"
)

// What a command pays for its platform before it connects: a definition read,
// compiled and checked, the others left alone.
func BenchmarkPlatformLoad(b *testing.B) {
	folder := os.DirFS("../../platform/definitions")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := platform.NewLibrary(folder).Load("cisco_iosxe"); err != nil {
			b.Fatal(err)
		}
	}
}

// By an alias: of the other files only those are read that hold it as a text.
func BenchmarkPlatformAlias(b *testing.B) {
	folder := os.DirFS("../../platform/definitions")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := platform.NewLibrary(folder).Load("cisco_xe"); err != nil {
			b.Fatal(err)
		}
	}
}
