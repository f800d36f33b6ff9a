/* Where a screen can be seen on this machine. */
#pragma once

enum place { PLACE_WINDOW, PLACE_CONSOLE, PLACE_PICTURE };

/* A window if $WAYLAND_DISPLAY or $DISPLAY names a server that answers; the bare console if a monitor is
 * plugged in and the graphics device is nobody else's; else a picture in a file. */
enum place place_find(void);
