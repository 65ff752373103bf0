/** The event that tells a panel which notebook of its folder is in front now, by its path. */
export const FOLLOWED = "nbtrack:followed";
