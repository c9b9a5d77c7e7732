//go:build wasip1

// Package memory gives room for what passes between host and gate.
//
// Every call of a gate has an instance of its own, so nothing is ever freed: what is handed out stays
// reachable from here, out of the garbage collector's hands.
package memory

import (
	"runtime"
	"unsafe"
)

// In words of eight bytes, the widest alignment the contract has.
var handedOut [][]uint64

// Allocate gives room for a value that the host reads.
func Allocate(_ *runtime.Pinner, size, _ uintptr) unsafe.Pointer {
	if size == 0 {
		return nil
	}
	room := make([]uint64, (size+7)/8)
	handedOut = append(handedOut, room)
	return unsafe.Pointer(unsafe.SliceData(room))
}

// Unpin would free what the arguments of a call took.
func Unpin() {}

// The host asks for room for arguments by this function; it never asks for more room in place of less.
//
//go:wasmexport cabi_realloc
func cabiRealloc(_ unsafe.Pointer, _, align, size uintptr) unsafe.Pointer {
	return Allocate(nil, size, align)
}
