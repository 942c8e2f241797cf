package element_test

import (
	"fmt"
	"log"
	"strings"

	"github.com/vtynet/vty/netconf/element"
)

// A document of any size is read with one element of it in memory.
func ExampleIn() {
	doc := strings.NewReader(`<config><users xmlns="urn:u"><user><name>ann</name></user><user><name>bob</name></user></users></config>`)
	for e, err := range element.In(doc, "users", "user") {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(string(e.Inner()), e.Scope())
	}
	// Output:
	// <name>ann</name> [{xmlns urn:u}]
	// <name>bob</name> [{xmlns urn:u}]
}
