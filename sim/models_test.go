package sim

import "testing"

func TestEveryEmbeddedDeviceLoads(t *testing.T) {
	if n := len(Names()); n != 9 {
		t.Errorf("%d devices: %v", n, Names())
	}
	for _, name := range Names() {
		if _, err := Load(name); err != nil {
			t.Error(err)
		}
	}
}
