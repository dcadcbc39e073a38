//! Memory that is handed out from one end and hardly taken back.
//!
//! An instance makes one decision and is dropped with all of its memory. Most of what it is given are the strings and
//! lists of its input, some ten thousand in a large search, each asked for by the host: finding room for one has to be
//! a handful of instructions.
//!
//! Invariant: what was handed out last can grow where it lies and is taken back, so that a list that grows, or one that
//! is made and dropped for each of many, leaves nothing behind. Deliberately absent: taking back anything else.

use std::alloc::{GlobalAlloc, Layout};
use std::arch::wasm32::{memory_grow, memory_size};
use std::cell::Cell;

#[global_allocator]
static MEMORY: Memory = Memory { next: Cell::new(0), end: Cell::new(0) };

/// WebAssembly's unit of growth.
const PAGE: usize = 64 * 1024;

/// Each growth is a call to the host, and pages that are not touched cost nothing.
const PAGES_AT_ONCE: usize = 16;

unsafe extern "C" {
    /// Where the linker's own data end.
    static __heap_base: u8;
}

struct Memory {
    /// The first free address; 0 before the first request.
    next: Cell<usize>,
    /// The address after the last that there is.
    end: Cell<usize>,
}

// The component has one thread.
unsafe impl Sync for Memory {}

impl Memory {
    /// Moves the first free address up to `next`, if memory can be had up to there.
    fn reach(&self, next: usize) -> bool {
        if next > self.end.get() && !self.grow(next) {
            return false;
        }
        self.next.set(next);
        true
    }

    #[cold]
    fn grow(&self, next: usize) -> bool {
        let present = memory_size::<0>();
        let needed = next.div_ceil(PAGE).saturating_sub(present);
        let at_once = needed.max(PAGES_AT_ONCE);
        // Near the limit there may be room for what is needed and no more.
        if needed > 0 && memory_grow::<0>(at_once) == usize::MAX && memory_grow::<0>(needed) == usize::MAX {
            return false;
        }
        self.end.set(memory_size::<0>().saturating_mul(PAGE));
        true
    }
}

unsafe impl GlobalAlloc for Memory {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if self.next.get() == 0 {
            self.next.set((&raw const __heap_base).addr());
        }
        let start = self.next.get().checked_next_multiple_of(layout.align());
        let found = start.and_then(|start| Some((start, start.checked_add(layout.size())?)));
        match found {
            Some((start, next)) if self.reach(next) => std::ptr::with_exposed_provenance_mut(start),
            _ => std::ptr::null_mut(),
        }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        if memory.addr().wrapping_add(layout.size()) == self.next.get() {
            self.next.set(memory.addr());
        }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let is_last = memory.addr().wrapping_add(layout.size()) == self.next.get();
        if is_last {
            let reached = memory.addr().checked_add(size).is_some_and(|next| self.reach(next));
            return if reached { memory } else { std::ptr::null_mut() };
        }
        if size <= layout.size() {
            return memory;
        }
        // Safety: the caller vouches for the layout's alignment and the new size, and a fresh piece overlaps no other.
        unsafe {
            let fresh = self.alloc(Layout::from_size_align_unchecked(size, layout.align()));
            if !fresh.is_null() {
                fresh.copy_from_nonoverlapping(memory, layout.size());
            }
            fresh
        }
    }
}
