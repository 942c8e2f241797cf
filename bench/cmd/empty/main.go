// The empty program does nothing: it shows what the start of any process takes.
package main

func main() {}
