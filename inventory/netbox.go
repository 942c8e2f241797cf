package inventory

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/vtynet/vty/auth"
)

// The lists that hosts are read from, as NetBox's REST API has them.
const (
	netBoxDevices  = "/api/dcim/devices/"
	netBoxMachines = "/api/virtualization/virtual-machines/"
)

// netBoxPage is how many hosts are asked for at once. NetBox gives fewer where its
// administrator says so.
const netBoxPage = 500

// netBoxShared are the filters that devices and virtual machines both have; NetBox
// takes no notice of a filter that a list does not have.
var netBoxShared = []string{
	"id", "name", "q", "limit", "offset", "exclude", "ordering", "site", "site_id", "site_group", "region", "region_id", "location", "location_id", "role", "role_id",
	"platform", "platform_id", "status", "tenant", "tenant_id", "tenant_group", "tag", "has_primary_ip", "cluster", "cluster_id", "config_template_id",
}

// netBoxPatience bounds the time that NetBox may take for a page, and netBoxMost how
// many hosts of a list are taken from it.
const (
	netBoxPatience = time.Minute
	netBoxMost     = 1_000_000
)

func isURL(path string) bool {
	return strings.HasPrefix(path, "https://") || strings.HasPrefix(path, "http://")
}

// netBox reads the hosts of a NetBox. A host's address is its primary IP, its
// platform the platform's slug, with "_" for "-", where that is a platform that vty
// knows; all else is data, by slugs where NetBox has them.
func (b *book) netBox(ctx context.Context, address string, token auth.Source) error {
	n, lists, err := newNetBox(ctx, address, token)
	if err != nil {
		return fmt.Errorf("inventory: NetBox: %w", err)
	}
	taken := map[string]bool{}
	for _, list := range lists {
		each := func(o *netBoxObject) {
			at := n.base.JoinPath(list, strconv.Itoa(o.ID))
			b.netBoxHost(Origin{File: at.String() + "/"}, taken, o)
		}
		if err := n.read(ctx, list, each); err != nil {
			return fmt.Errorf("inventory: NetBox: %w", err)
		}
	}
	return nil
}

// netBox is a NetBox to ask.
type netBox struct {
	base   *url.URL // without the path of a list
	filter url.Values
	token  auth.Secret
}

func newNetBox(ctx context.Context, address string, token auth.Source) (*netBox, []string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, nil, err
	}
	host := u.Hostname()
	ip, _ := netip.ParseAddr(host)
	switch {
	case u.Scheme != "https" && u.Scheme != "http" || host == "":
		return nil, nil, fmt.Errorf("%q is no URL such as https://netbox.example.net", address)
	case u.User != nil:
		return nil, nil, errors.New("the URL holds a user or a password: NetBox takes an API token, from $NETBOX_TOKEN")
	case u.Scheme == "http" && host != "localhost" && !ip.IsLoopback():
		return nil, nil, fmt.Errorf("%s would show the token to everyone on the way: use https://", u.Redacted())
	}
	filter, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return nil, nil, fmt.Errorf("%q: %w", u.RawQuery, err)
	}
	n := &netBox{filter: filter}
	lists := []string{netBoxDevices, netBoxMachines}
	path := strings.TrimSuffix(u.Path, "/") + "/"
	for _, list := range lists {
		ui := strings.TrimPrefix(list, "/api")
		if before, ok := strings.CutSuffix(path, list); ok {
			path, lists = before, []string{list}
		} else if before, ok := strings.CutSuffix(path, ui); ok {
			path, lists = before, []string{list}
		}
	}
	if len(lists) > 1 {
		path = strings.TrimSuffix(path, "/api/") // of the API's own root
		for f := range n.filter {
			if plain, _, _ := strings.Cut(f, "__"); !slices.Contains(netBoxShared, plain) && !strings.HasPrefix(f, "cf_") {
				return nil, nil, fmt.Errorf("%q is no filter of both devices and virtual machines: say which, as in %s://%s/dcim/devices/?%s=VALUE", f, u.Scheme, u.Host, f)
			}
		}
	}
	n.base = &url.URL{Scheme: u.Scheme, Host: u.Host, Path: strings.TrimSuffix(path, "/")}
	n.token, err = token.Secret(ctx)
	if err != nil && !errors.Is(err, auth.ErrNoSecret) {
		return nil, nil, err
	}
	return n, lists, nil
}

// read goes through the pages of a list.
func (n *netBox) read(ctx context.Context, list string, each func(*netBoxObject)) error {
	query := url.Values{}
	for k, v := range n.filter {
		query[k] = v
	}
	query.Set("limit", strconv.Itoa(netBoxPage))
	query.Set("offset", "0")
	if !query.Has("exclude") {
		query.Set("exclude", "config_context") // rendering it takes NetBox longer than all else
	}
	known := map[int]bool{}
	for seen := 0; ; {
		var page struct {
			Next    string          `json:"next"`
			Results []*netBoxObject `json:"results"`
		}
		if err := n.fetch(ctx, list, query, &page); err != nil {
			return err
		}
		if page.Results == nil {
			return fmt.Errorf("%s: this is not NetBox's API: it gives no list", n.base.JoinPath(list))
		}
		before := len(known)
		for _, o := range page.Results {
			// A host may come again where others were added before it meanwhile.
			if o != nil && !known[o.ID] {
				known[o.ID] = true
				each(o)
			}
		}
		seen += len(page.Results)
		switch {
		case page.Next == "" || len(page.Results) == 0:
			return nil
		case len(known) == before:
			return fmt.Errorf("%s: it gives the same hosts again and again, and says that there are more", n.base.JoinPath(list))
		case len(known) > netBoxMost:
			return fmt.Errorf("%s: more than %d hosts: choose some with filters", n.base.JoinPath(list), netBoxMost)
		}
		// Its own address for the next page is not used: behind a proxy it is often
		// wrong, and the token goes nowhere but where the user said.
		query.Set("offset", strconv.Itoa(seen))
	}
}

// fetch asks for one page.
func (n *netBox) fetch(ctx context.Context, list string, query url.Values, into any) error {
	u := n.base.JoinPath(list)
	u.RawQuery = query.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return err
	}
	req.Header.Set("Accept", "application/json")
	if text := n.token.Reveal(); text != "" {
		// Tokens of version 2, which NetBox 4.5 made the usual ones, say what they are.
		scheme := "Token "
		if strings.HasPrefix(text, "nbt_") {
			scheme = "Bearer "
		}
		req.Header.Set("Authorization", scheme+text)
	}
	client := &http.Client{CheckRedirect: sameHost, Timeout: netBoxPatience}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxFile+1))
	switch {
	case err != nil:
		return fmt.Errorf("%s: %w", u, err)
	case len(body) > maxFile:
		return fmt.Errorf("%s: more than %d MiB in one page", u, maxFile>>20)
	case resp.StatusCode != http.StatusOK:
		return n.refused(u, resp, body)
	}
	if err := json.Unmarshal(body, into); err != nil {
		return fmt.Errorf("%s: this is not NetBox's API: %w", u, err)
	}
	return nil
}

// sameHost follows a redirection, as from /api/x to /api/x/, on the same host only.
func sameHost(req *http.Request, via []*http.Request) error {
	if first := via[0].URL; req.URL.Host != first.Host || req.URL.Scheme != first.Scheme {
		return fmt.Errorf("it sends us on to %s://%s: name that in the inventory if it is right", req.URL.Scheme, req.URL.Host)
	}
	if len(via) > 5 {
		return errors.New("it sends us round in circles")
	}
	return nil
}

// refused says why NetBox gives no page.
func (n *netBox) refused(u *url.URL, resp *http.Response, body []byte) error {
	var said map[string]any
	why := ""
	if json.Unmarshal(body, &said) == nil {
		if detail, ok := said["detail"].(string); ok {
			why = ": " + detail
		} else if text, err := json.Marshal(said); err == nil && len(said) > 0 {
			why = ": " + string(text)
		}
	}
	why = n.shown(why)
	switch resp.StatusCode {
	case http.StatusForbidden, http.StatusUnauthorized:
		if !n.token.Present() {
			why += "; set NETBOX_TOKEN to an API token"
		}
	case http.StatusNotFound:
		why += "; is this where NetBox is?"
	}
	return fmt.Errorf("%s: %d %s%s", u, resp.StatusCode, http.StatusText(resp.StatusCode), why)
}

// shown is what NetBox says as it may be shown: on one line, of some length, without
// what would steer a terminal, and without the token.
func (n *netBox) shown(text string) string {
	if token := n.token.Reveal(); token != "" {
		text = strings.ReplaceAll(text, token, "[secret]")
	}
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, text)
	if len(text) > 500 {
		text = strings.ToValidUTF8(text[:500], "") + "..."
	}
	return text
}

// netBoxObject is a device or a virtual machine. Older versions say device_role for
// role; what is not there is null or left out.
type netBoxObject struct {
	ID         int           `json:"id"`
	Name       string        `json:"name"`
	Display    string        `json:"display"`
	PrimaryIP  *netBoxIP     `json:"primary_ip"`
	Platform   *netBoxNamed  `json:"platform"`
	Site       *netBoxNamed  `json:"site"`
	Location   *netBoxNamed  `json:"location"`
	Rack       *netBoxNamed  `json:"rack"`
	Role       *netBoxNamed  `json:"role"`
	DeviceRole *netBoxNamed  `json:"device_role"`
	Tenant     *netBoxNamed  `json:"tenant"`
	Cluster    *netBoxNamed  `json:"cluster"`
	Tags       []netBoxNamed `json:"tags"`
	DeviceType *struct {
		netBoxNamed
		Manufacturer *netBoxNamed `json:"manufacturer"`
	} `json:"device_type"`
	Status *struct {
		Value string `json:"value"`
	} `json:"status"`
	Serial       string         `json:"serial"`
	AssetTag     string         `json:"asset_tag"`
	CustomFields map[string]any `json:"custom_fields"`
	Context      map[string]any `json:"config_context"`
}

type netBoxIP struct {
	Address string `json:"address"` // with the length of its prefix
}

// netBoxNamed is anything that has a slug, or a name where it has none.
type netBoxNamed struct {
	Slug string `json:"slug"`
	Name string `json:"name"`
}

func (n *netBoxNamed) text() string {
	if n == nil {
		return ""
	}
	return cmp.Or(n.Slug, n.Name)
}

// netBoxHost takes down a host.
func (b *book) netBoxHost(origin Origin, taken map[string]bool, o *netBoxObject) {
	if o.Name == "" {
		b.warn(origin, "", "%s has no name, and is left out", cmp.Or(o.Display, "it"))
		return
	}
	if strings.ContainsFunc(o.Name, unicode.IsControl) {
		b.warn(origin, "", "the name %q holds control characters, and the host is left out", o.Name)
		return
	}
	if o.PrimaryIP == nil || o.PrimaryIP.Address == "" {
		b.warn(origin, o.Name, "has no primary IP address, and is left out")
		return
	}
	e := newEntry(o.Name, origin)
	if taken[o.Name] {
		// NetBox wants names to be unique within a site only.
		e.name = fmt.Sprintf("%s#%d", o.Name, o.ID)
		b.warn(origin, o.Name, "is there twice, and this one is called %s", e.name)
	}
	taken[e.name] = true
	address, _, _ := strings.Cut(o.PrimaryIP.Address, "/")
	b.set(e, e.name, FieldAddress, &Value{Any: address, Origin: origin})
	if slug := o.Platform.text(); slug != "" {
		name := strings.ReplaceAll(slug, "-", "_")
		if _, err := b.library.Load(name); err == nil {
			b.set(e, e.name, FieldPlatform, &Value{Any: name, Origin: origin})
		} else {
			b.warn(origin, e.name+".platform", "%q is no platform that vty knows, and is left to be found out", slug)
		}
	}
	data := map[string]any{
		"site": o.Site.text(), "location": o.Location.text(), "rack": o.Rack.text(), "role": cmp.Or(o.Role, o.DeviceRole).text(),
		"tenant": o.Tenant.text(), "cluster": o.Cluster.text(), "platform": o.Platform.text(), "serial": o.Serial, "asset_tag": o.AssetTag,
	}
	if o.Status != nil {
		data["status"] = o.Status.Value
	}
	if o.DeviceType != nil {
		data["model"], data["manufacturer"] = o.DeviceType.text(), o.DeviceType.Manufacturer.text()
	}
	for k, x := range data {
		if x != "" {
			e.data[k] = &Value{Any: x, Origin: origin}
		}
	}
	if o.Tags != nil {
		var tags []any
		for _, t := range o.Tags {
			tags = append(tags, t.text())
		}
		e.data["tags"] = decoded(tags, origin)
	}
	for k, x := range map[string]map[string]any{"custom_fields": o.CustomFields, "config_context": o.Context} {
		if x != nil {
			e.data[k] = decoded(x, origin)
		}
	}
	b.hosts = append(b.hosts, e)
}

// decoded makes a Value of what package json makes of a text.
func decoded(x any, at Origin) *Value {
	v := &Value{Any: x, Origin: at}
	switch x := x.(type) {
	case []any:
		list := make([]*Value, len(x))
		for i, e := range x {
			list[i] = decoded(e, at)
		}
		v.Any = list
	case map[string]any:
		m := make(map[string]*Value, len(x))
		for k, e := range x {
			m[k] = decoded(e, at)
		}
		v.Any = m
	case float64:
		if math.Abs(x) < 1<<53 && x == math.Trunc(x) {
			v.Any = int64(x)
		}
	}
	return v
}
