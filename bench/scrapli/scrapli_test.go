// Package scrapli reads the definitions that come with scrapligo, as they are in its
// module, and puts a device made of each through the script that vty's own pass.
package scrapli

import (
	"io/fs"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/scrapli/scrapligo/assets"
	"github.com/vtynet/vty/internal/conformance"
	"github.com/vtynet/vty/platform"
)

// least is how many sound files there are at least.
const least = 17

// unsound are the files that are wrong, and the place of what is wrong.
var unsound = map[string]string{
	"example": `example.yaml:22: default.privilege-levels.example.previous-priv: there is no mode "privilege_exec"`,
}

func TestPlatformsOfScrapligo(t *testing.T) {
	files, err := fs.Glob(assets.Assets, "platforms/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	sound := 0
	for _, file := range files {
		name := strings.TrimSuffix(strings.TrimPrefix(file, "platforms/"), ".yaml")
		t.Run(name, func(t *testing.T) {
			text, err := fs.ReadFile(assets.Assets, file)
			if err != nil {
				t.Fatal(err)
			}
			def, err := platform.Parse(name+".yaml", text)
			if want := unsound[name]; want != "" {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("%v, want %s", err, want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			sound++
			for _, part := range conformance.Parts() {
				synctest.Test(t, func(t *testing.T) {
					if err := part.Run(t.Context(), def); err != nil {
						t.Errorf("%s: %v", part.Name, err)
					}
				})
			}
		})
	}
	if sound < least {
		t.Errorf("%d files are sound, want %d", sound, least)
	}
}
