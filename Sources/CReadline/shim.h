#pragma once
#include <stdio.h>
#include <stdlib.h>
#include <readline/readline.h>
#include <readline/history.h>

// What Swift cannot write itself: macros, and comparing function pointers.

static inline void pya_set_readline_name(const char *name) { rl_readline_name = name; }
static inline Keymap pya_emacs_keymap(void) { return emacs_standard_keymap; }
static inline Keymap pya_vi_insertion_keymap(void) { return vi_insertion_keymap; }
static inline Keymap pya_vi_movement_keymap(void) { return vi_movement_keymap; }
static inline const void *pya_previous_history(void) { return (const void *)rl_get_previous_history; }
static inline const void *pya_next_history(void) { return (const void *)rl_get_next_history; }

static inline int pya_is_bound(const char *keys, Keymap map, const void *function) {
  int type = 0;
  return (const void *)rl_function_of_keyseq(keys, map, &type) == function && type == ISFUNC;
}

// Ends the line as the command accept-line does, but for writing to the terminal.
static inline void pya_finish_line(void) { rl_done = 1; }

static inline void pya_clear_line(void) {
  rl_replace_line("", 0);
  rl_point = rl_mark = 0;
}

static inline void pya_use_history_end(void) { using_history(); }
static inline int history_length_value(void) { return history_length; }
