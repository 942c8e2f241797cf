package inventory

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/vtynet/vty/auth"
)

// serveNetBox serves the lists of testdata/netbox in pages of two, filtered by site
// and name as NetBox filters, to those who have the token.
func serveNetBox(t *testing.T, authorization string) (*httptest.Server, *[]*http.Request) {
	t.Helper()
	var requests []*http.Request
	mux := http.NewServeMux()
	mux.HandleFunc("GET /netbox/api/", func(w http.ResponseWriter, r *http.Request) {
		requests = append(requests, r)
		w.Header().Set("Content-Type", "application/json")
		if r.Header.Get("Authorization") != authorization {
			w.WriteHeader(http.StatusForbidden)
			_, _ = fmt.Fprint(w, `{"detail": "Invalid token"}`)
			return
		}
		file := filepath.Base(strings.TrimPrefix(r.URL.Path, "/netbox/api/")) + ".json"
		text, err := os.ReadFile(filepath.Join("testdata", "netbox", file))
		if err != nil {
			w.WriteHeader(http.StatusNotFound)
			_, _ = fmt.Fprint(w, `{"detail": "Not found."}`)
			return
		}
		var all []map[string]any
		if err := json.Unmarshal(text, &all); err != nil {
			t.Error(err)
		}
		q := r.URL.Query()
		all = slices.DeleteFunc(all, func(o map[string]any) bool {
			site, _ := o["site"].(map[string]any)
			return q.Has("site") && (site == nil || !slices.Contains(q["site"], site["slug"].(string)))
		})
		offset, err := strconv.Atoi(q.Get("offset"))
		if err != nil || q.Get("limit") == "" || q.Get("exclude") != "config_context" {
			t.Errorf("asked for %v", r.URL)
		}
		end := min(offset+2, len(all))
		page := map[string]any{"count": len(all), "next": nil, "previous": nil, "results": all[min(offset, end):end]}
		if end < len(all) {
			// As NetBox says it behind a proxy that it does not know of.
			page["next"] = "http://inside.invalid/api/?limit=2&offset=" + strconv.Itoa(end)
		}
		if err := json.NewEncoder(w).Encode(page); err != nil {
			t.Error(err)
		}
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server, &requests
}

func TestNetBox(t *testing.T) {
	server, requests := serveNetBox(t, "Token 0123456789abcdef0123456789abcdef01234567")
	t.Setenv("NETBOX_TOKEN", "0123456789abcdef0123456789abcdef01234567")
	inv := open(t, server.URL+"/netbox/")
	if got, want := names(inv.Hosts()), []string{"ams-leaf-1", "ams-leaf-2", "fra-fw-1", "ams-leaf-1#17", "jump-vm"}; !slices.Equal(got, want) {
		t.Fatalf("hosts %v, want %v", got, want)
	}
	wants(t, inv, "ams-leaf-1", map[string]string{
		"address": "192.0.2.11 ", "platform": "arista_eos", "site": "ams", "role": "leaf", "data.status": "active",
		"tags.0": "edge", "tags.1": "lab", "manufacturer": "arista", "model": "dcs-7050sx3", "serial": "JPE0001", "tenant": "acme", "rack": "A 01",
		"custom_fields.asn": "65001", "custom_fields.maintenance": "false",
	})
	wants(t, inv, "ams-leaf-2", map[string]string{"address": "2001:db8::12", "role": "leaf", "data.platform": "arista-eos"})
	wants(t, inv, "fra-fw-1", map[string]string{"data.platform": "in-house-os"})
	if v := inv.Host("fra-fw-1").Field(FieldPlatform); v != nil {
		t.Errorf("the platform of fra-fw-1 is %q", v.Text())
	}
	wants(t, inv, "jump-vm", map[string]string{"address": "192.0.2.30", "platform": "linux", "cluster": "c1"})
	if at := inv.Host("jump-vm").Origin().String(); at != server.URL+"/netbox/api/virtualization/virtual-machines/3/" {
		t.Errorf("origin %s", at)
	}
	if n := len(*requests); n != 4 { // six devices and one machine by twos
		t.Errorf("%d requests", n)
	}
	leaves, err := ParseSelector("site=ams,role=leaf,tags=edge")
	if err != nil {
		t.Fatal(err)
	}
	if got := names(inv.Select(leaves)); !slices.Equal(got, []string{"ams-leaf-1"}) {
		t.Errorf("selected %v", got)
	}
	var said []string
	for _, p := range inv.Check(t.Context()) {
		said = append(said, p.String())
	}
	for _, want := range []string{
		"/dcim/devices/13/: fra-fw-1.platform \"in-house-os\" is no platform that vty knows",
		"/dcim/devices/15/: Panel (15) has no name, and is left out",
		"/dcim/devices/16/: spare has no primary IP address, and is left out",
		"/dcim/devices/17/: ams-leaf-1 is there twice, and this one is called ams-leaf-1#17",
	} {
		if !slices.ContainsFunc(said, func(s string) bool { return strings.Contains(s, want) }) {
			t.Errorf("no %q in %q", want, said)
		}
	}
}

func TestNetBoxOneListFiltered(t *testing.T) {
	server, requests := serveNetBox(t, "Bearer nbt_abcdefghijkl.0123456789")
	token := auth.Literal("nbt_abcdefghijkl.0123456789")
	for path, want := range map[string][]string{
		"/netbox/dcim/devices/?site=fra":                           {"fra-fw-1"},
		"/netbox/api/dcim/devices?site=fra&site=nowhere":           {"fra-fw-1"},
		"/netbox/virtualization/virtual-machines/":                 {"jump-vm"},
		"/netbox/api/?site=fra":                                    {"fra-fw-1"},
		"/netbox/api/virtualization/virtual-machines/?site=moon":   nil,
		"/netbox/dcim/devices/?site=ams&limit=7&offset=3&cf_a=b":   {"ams-leaf-1", "ams-leaf-2", "ams-leaf-1#17"},
		"/netbox?site=fra&status__n=offline&tag=edge&cf_anything=": {"fra-fw-1"},
	} {
		*requests = nil
		inv, err := Open(t.Context(), server.URL+path, &Options{Token: token})
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		if got := names(inv.Hosts()); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", path, got, want)
		}
		u, err := url.Parse(path)
		if err != nil {
			t.Fatal(err)
		}
		for filter, values := range u.Query() {
			if asked := (*requests)[0].URL.Query()[filter]; filter != "limit" && filter != "offset" && !slices.Equal(asked, values) {
				t.Errorf("%s: asked for %v", path, (*requests)[0].URL)
			}
		}
	}
}

func TestNetBoxRefuses(t *testing.T) {
	server, requests := serveNetBox(t, "Token right")
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		t.Errorf("the token %q went elsewhere", r.Header.Get("Authorization"))
	}))
	t.Cleanup(elsewhere.Close)
	astray := httptest.NewServer(http.RedirectHandler(elsewhere.URL, http.StatusFound))
	t.Cleanup(astray.Close)
	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprint(w, "<html>welcome</html>") }))
	t.Cleanup(page.Close)
	for _, c := range []struct{ url, token, want string }{
		{server.URL + "/netbox", "wrong", "403 Forbidden: Invalid token"},
		{server.URL + "/netbox", "", "set NETBOX_TOKEN to an API token"},
		{server.URL, "right", "404 Not Found; is this where NetBox is?"},
		{server.URL + "/netbox/?manufacturer=cisco", "right", `"manufacturer" is no filter of both devices and virtual machines: say which`},
		{"http://netbox.example.net/", "right", "use https://"},
		{"https://me:secret@netbox.example.net/", "right", "takes an API token"},
		{astray.URL, "right", "it sends us on to " + elsewhere.URL},
		{page.URL, "right", "this is not NetBox's API"},
	} {
		token := auth.Env("NETBOX_TEST_NO_TOKEN")
		if c.token != "" {
			token = auth.Literal(c.token)
		}
		_, err := Open(t.Context(), c.url, &Options{Token: token})
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v, want %q", c.url, err, c.want)
		}
	}
	if len(*requests) != 2 {
		t.Errorf("%d requests reached NetBox, want 2", len(*requests))
	}
	if _, err := Open(t.Context(), "inventory.yaml", &Options{Format: NetBox}); err == nil || !strings.Contains(err.Error(), "no URL") {
		t.Errorf("a file as NetBox: %v", err)
	}
}

// A NetBox that is broken or worse ends in an error soon, which shows no token.
func TestNetBoxAstray(t *testing.T) {
	const token = "0123456789abcdef"
	answer := func(text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprint(w, text) }
	}
	for name, c := range map[string]struct {
		serve http.HandlerFunc
		want  string // of the error; "" for none
	}{
		"always the same page":     {answer(`{"next":"/more","results":[{"id":1,"name":"r1","primary_ip":{"address":"192.0.2.1/24"}}]}`), "the same hosts again and again"},
		"hosts that are none":      {answer(`{"next":"/more","results":[null,null]}`), "the same hosts again and again"},
		"no list":                  {answer(`{"count": 0}`), "it gives no list"},
		"a list of something else": {answer(`{"results":["r1"]}`), "this is not NetBox's API"},
		"more and nothing":         {answer(`{"next":"/more","results":[]}`), ""},
		"the token in the refusal": {func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusForbidden)
			_ = json.NewEncoder(w).Encode(map[string]string{"detail": "bad: " + r.Header.Get("Authorization") + "\x1b[2J"})
		}, "403 Forbidden: bad: Token [secret] [2J"},
		"names that steer a terminal": {answer(`{"results":[{"id":1,"name":"r\u001b[2J","primary_ip":{"address":"192.0.2.1/24"}}]}`), ""},
		"an address that is none":     {answer(`{"results":[{"id":1,"name":"r1","primary_ip":{"address":"a b/24"}}]}`), "neither a name nor an address"},
		"a circle": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, r.URL.Path, http.StatusFound)
		}, "round in circles"},
	} {
		server := httptest.NewServer(c.serve)
		inv, err := Open(t.Context(), server.URL+"/dcim/devices/", &Options{Token: auth.Literal(token)})
		server.Close()
		if c.want == "" {
			if err != nil || len(inv.Hosts()) != 0 {
				t.Errorf("%s: %v, %v", name, inv, err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.ContainsAny(err.Error(), "\x1b") || strings.Contains(err.Error(), token) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

// What was on the last page and is pushed onto the next one is one host.
func TestNetBoxShifts(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("offset") == "0" {
			_, _ = fmt.Fprint(w, `{"next":"/more","results":[{"id":1,"name":"r1","primary_ip":{"address":"192.0.2.1/24"}}]}`)
			return
		}
		_, _ = fmt.Fprint(w, `{"next":null,"results":[{"id":1,"name":"r1","primary_ip":{"address":"192.0.2.1/24"}},
			{"id":2,"name":"r2","primary_ip":{"address":"fe80::1/64"},"custom_fields":{"n":9223372036854775807}}]}`)
	}))
	t.Cleanup(server.Close)
	inv := open(t, server.URL+"/dcim/devices/")
	if got := names(inv.Hosts()); !slices.Equal(got, []string{"r1", "r2"}) || len(inv.Check(t.Context())) != 0 {
		t.Errorf("hosts %v, problems %v", got, inv.Check(t.Context()))
	}
	if got := inv.Host("r2").Address(); got != "fe80::1" {
		t.Errorf("address %s", got)
	}
}

func TestNetBoxOnIPv6(t *testing.T) {
	l, err := net.Listen("tcp", "[::1]:0")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("CI must have IPv6: ", err)
		}
		t.Skip("no IPv6 here: ", err)
	}
	server := &httptest.Server{Listener: l, Config: &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("exclude") != "nothing" {
			t.Errorf("asked for %v", r.URL)
		}
		_, _ = fmt.Fprint(w, `{"results":[]}`)
	})}}
	server.Start()
	t.Cleanup(server.Close)
	if _, err := Open(t.Context(), server.URL+"/?exclude=nothing", nil); err != nil {
		t.Error(err)
	}
	if _, err := Open(t.Context(), server.URL+"/?site=a;b", nil); err == nil || !strings.Contains(err.Error(), "semicolon") {
		t.Errorf("a filter that cannot be read: %v", err)
	}
}
