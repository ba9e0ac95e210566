// Importing it registers the element.
declare module "@invites/pending-invites";
