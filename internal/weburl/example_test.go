package weburl_test

import (
	"fmt"

	"fetchscope/internal/weburl"
)

func Example() {
	page, err := weburl.Parse("HTTPS://ann:s3cret@Bücher.example/shop/list?page=2#top")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(page.Redacted())
	fmt.Println(page.Hostname(), page.EffectivePort(), page.Target())

	next, err := page.Parse("../basket")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(next.WithoutCredentials().Href(), next.SameOrigin(page))
	// Output:
	// https://ann:…@xn--bcher-kva.example/shop/list?page=2#top
	// xn--bcher-kva.example 443 /shop/list?page=2
	// https://xn--bcher-kva.example/basket true
}

func ExampleError() {
	_, err := weburl.Parse("http://shop.example:80800/")
	fmt.Println(err)
	// Output:
	// URL "http://shop.example:80800/": port out of range (at byte 20)
}
