package settings

import "testing"

func TestMeant(t *testing.T) {
	known := []string{"VTY_HOST_KEY", "VTY_PASSWORD", "VTY_PASSWORD_FILE", "VTY_RUN_WORKERS", "VTY_TIMEOUT", "VTY_TLS", "VTY_USER"}
	for name, want := range map[string]string{
		"VTY_PASWORD": "VTY_PASSWORD", "VTY_PASSWORT": "VTY_PASSWORD", "VTY_PASSWORD_FIEL": "VTY_PASSWORD_FILE", "VTY_password": "",
		"VTY_HOSTKEY": "VTY_HOST_KEY", "VTY_RUN_WORKER": "VTY_RUN_WORKERS", "VTY_TIMEOT": "VTY_TIMEOUT", "VTY_USERNAME": "VTY_USER",
		"VTY_USER": "", "VTY_LAB_DIR": "", "VTY_": "", "VTY_T": "", "VTY_X": "", "VTY_TLS_DIR": "", "VTY_USELESS_THING": "",
	} {
		if got := Meant(name, known); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}
