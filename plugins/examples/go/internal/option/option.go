// Package option holds what the contract calls option<T>: a value, or none.
package option

const (
	OptionNone = 0
	OptionSome = 1
)

// Option is a value or none.
type Option[T any] struct {
	some  bool
	value T
}

// Some is an option with a value.
func Some[T any](value T) Option[T] {
	return Option[T]{some: true, value: value}
}

// None is an option without one.
func None[T any]() Option[T] {
	return Option[T]{}
}

// Tag is OptionSome or OptionNone.
func (o Option[T]) Tag() uint8 {
	if o.some {
		return OptionSome
	}
	return OptionNone
}

// IsSome says whether there is a value.
func (o Option[T]) IsSome() bool {
	return o.some
}

// Some is the value; without one it panics.
func (o Option[T]) Some() T {
	if !o.some {
		panic("an option without a value was asked for it")
	}
	return o.value
}

// IsNone says whether there is none.
func (o Option[T]) IsNone() bool {
	return !o.some
}
