/** An id of a message: 1 to 128 printable ASCII characters without spaces. */
export const MESSAGE_ID = /^[!-~]{1,128}$/
